package staff_test

import (
	"errors"
	"testing"
	"time"

	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// One caller who calls too often is refused and takes nothing from another; a full
// door says so at once and has room again when somebody leaves.
func TestLimits(t *testing.T) {
	often := fault.New(fault.Busy, "often", "太频繁", "too often")
	full := fault.New(fault.Busy, "full", "已满", "full")
	now := time.Unix(0, 0)
	l := staff.NewLimits(staff.LimitOptions{Rate: 1, AtOnce: 1, Wall: func() time.Time { return now }, Often: often, Full: full})
	for range 2 {
		if err := l.Spend("a"); err != nil {
			t.Error(err)
		}
	}
	if err := l.Spend("a"); !errors.Is(err, often) {
		t.Errorf("the third at once: %v", err)
	}
	if err := l.Spend("b"); err != nil {
		t.Errorf("another caller: %v", err)
	}
	if now = now.Add(time.Second); l.Spend("a") != nil {
		t.Error("a second later")
	}
	leave, err := l.Enter()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Enter(); !errors.Is(err, full) {
		t.Errorf("a full door: %v", err)
	}
	leave()
	if _, err := l.Enter(); err != nil {
		t.Errorf("room again: %v", err)
	}
	if free := staff.NewLimits(staff.LimitOptions{Rate: -1}); free.Spend("a") != nil {
		t.Error("no limit")
	}
}
