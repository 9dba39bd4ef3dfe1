package goods

import (
	"fmt"
	"strconv"
	"strings"
)

// Bins spells out BinPattern in walking order: each [from-to] counts letters or equally wide numbers, all else stands
// for itself, so [A-B]-[01-02] gives, B-01, B-02. A pattern that cannot be read is an error.
func (w Warehouse) Bins() ([]string, error) {
	out := []string{""}
	for rest := w.BinPattern; rest != ""; {
		plain, tail, found := strings.Cut(rest, "[")
		steps := []string{""}
		if found {
			inside, after, closed := strings.Cut(tail, "]")
			if !closed {
				return nil, fmt.Errorf("goods: bin pattern %q of %s: a [ is not closed", w.BinPattern, w.Code)
			}
			var err error
			if steps, err = count(inside); err != nil {
				return nil, fmt.Errorf("goods: bin pattern %q of %s: %w", w.BinPattern, w.Code, err)
			}
			tail = after
		}
		longer := make([]string, 0, len(out)*len(steps))
		for _, head := range out {
			for _, step := range steps {
				longer = append(longer, head+plain+step)
			}
		}
		out, rest = longer, tail
	}
	return out, nil
}

// count spells out "A-D", "01-12" or a single "S".
func count(span string) ([]string, error) {
	from, to, ranged := strings.Cut(span, "-")
	if !ranged {
		return []string{span}, nil
	}
	first, errFirst := strconv.Atoi(from)
	last, errLast := strconv.Atoi(to)
	letters := len(from) == 1 && len(to) == 1 && errFirst != nil && errLast != nil
	if letters {
		first, last = int(from[0]), int(to[0])
	} else if errFirst != nil || errLast != nil {
		return nil, fmt.Errorf("[%s] must count letters or numbers", span)
	}
	var out []string
	for n := first; n <= last; n++ {
		if letters {
			out = append(out, string(rune(n)))
			continue
		}
		out = append(out, fmt.Sprintf("%0*d", len(from), n))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("[%s] runs backwards", span)
	}
	return out, nil
}
