package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"baihuo/internal/fault"
)

func TestFault(t *testing.T) {
	base := fault.New(fault.Conflict, "order_shipped", "订单已发货", "The order has shipped")

	t.Run("same code is the same fault through wrapping", func(t *testing.T) {
		err := fmt.Errorf("order.Cancel: %w", base.Wrap(io.EOF))
		if !errors.Is(err, base) || !errors.Is(err, io.EOF) {
			t.Fatalf("chain broken: %v", err)
		}
		if fault.KindOf(err) != fault.Conflict {
			t.Fatalf("kind = %v", fault.KindOf(err))
		}
	})
	t.Run("field and wrap leave the page of errors untouched", func(t *testing.T) {
		_ = base.Field("qty", "太多", "too many").Wrap(io.EOF)
		if len(base.Fields) != 0 || base.Unwrap() != nil {
			t.Fatal("the shared fault was changed")
		}
	})
	t.Run("a foreign error becomes internal and keeps its words for the log", func(t *testing.T) {
		f := fault.Of(io.EOF)
		if f.Kind != fault.Internal || !errors.Is(f, io.EOF) {
			t.Fatalf("got %v", f)
		}
	})
}
