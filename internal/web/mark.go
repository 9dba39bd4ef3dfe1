package web

import (
	"strconv"
	"strings"

	"baihuo/internal/id"
	"baihuo/internal/order"
)

// Where a page of a list ended stands in the address of the next one.

// orderMark writes a place in a list of orders.
func orderMark(m order.Mark) string { return strconv.FormatInt(m.Value, 10) + "." + m.Order.String() }

// readOrderMark reads what orderMark wrote.
func readOrderMark(text string) (m order.Mark, ok bool) {
	value, number, _ := strings.Cut(text, ".")
	v, err := strconv.ParseInt(value, 10, 64)
	n, known := id.Parse("O", number)
	return order.Mark{Value: v, Order: id.Order(n)}, err == nil && known
}

// dotted writes a place that numbers name.
func dotted(numbers ...int64) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(texts, ".")
}

// readDotted reads how many numbers dotted wrote; nothing else passes.
func readDotted(text string, count int) (numbers []int64, ok bool) {
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, len(numbers) == count && dotted(numbers...) == text
}
