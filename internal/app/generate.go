package app

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"baihuo/internal/cli"
	"baihuo/internal/fulfilment"
	"baihuo/internal/notice"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

const statesFile = "docs/states.md"

// generate writes the files that are made from the code; with Check it only says
// whether they are as they would be written.
func (p *program) generate(_ context.Context, _ cli.Common, o cli.Generate) error {
	want := states()
	have, err := os.ReadFile(statesFile)
	if err == nil && bytes.Equal(have, want) {
		return nil
	}
	if o.Check {
		return fmt.Errorf("%s is not what the code says; run: go run . generate", statesFile)
	}
	return os.WriteFile(statesFile, want, 0o644)
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
