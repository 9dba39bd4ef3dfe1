package app

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"baihuo/internal/api"
	"baihuo/internal/cli"
	"baihuo/internal/fulfilment"
	"baihuo/internal/notice"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

// generated are the files that are made from the code.
var generated = []struct {
	file string
	make func() ([]byte, error)
}{
	{"docs/states.md", func() ([]byte, error) { return states(), nil }},
	{"openapi.yaml", api.Document},
}

// generate writes the files that are made from the code; with Check it only says
// whether they are as they would be written.
func (p *program) generate(_ context.Context, _ cli.Common, o cli.Generate) error {
	for _, g := range generated {
		want, err := g.make()
		if err != nil {
			return err
		}
		have, err := os.ReadFile(g.file)
		switch {
		case err == nil && bytes.Equal(have, want):
		case o.Check:
			return fmt.Errorf("%s is not what the code says; run: go run . generate", g.file)
		default:
			if err := os.WriteFile(g.file, want, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// states prints the tables of allowed moves of all axes.
func states() []byte {
	var b bytes.Buffer
	b.WriteString("# States and their allowed moves\n\nMade from the state tables of the rooms by `baihuo generate`. What is not listed is refused.\n")
	table := func(title string, moves [][4]string) {
		fmt.Fprintf(&b, "\n## %s\n\n| from | verb | to |\n|---|---|---|\n", title)
		for _, m := range moves {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", m[1], m[3], m[2])
		}
	}
	var reviews [][4]string
	for _, m := range review.States() {
		reviews = append(reviews, [4]string{"review", string(m.From), string(m.To), string(m.Verb)})
	}
	table("Review of an order", reviews)
	table("Package", fulfilment.Moves())
	table("Waybill", shipping.Moves())
	table("Notice", notice.Moves())
	return b.Bytes()
}
