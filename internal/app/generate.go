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
	"baihuo/internal/staff"
)

// generated are the files that are made from the code.
var generated = []struct {
	file string
	make func() ([]byte, error)
}{
	{"docs/states.md", func() ([]byte, error) { return states(), nil }},
	{"docs/roles.md", func() ([]byte, error) { return rolesPage(), nil }},
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

// rolesPage prints which role holds which permit.
func rolesPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Roles and permits\n\nMade from `internal/staff/permit.go` by `baihuo generate`. Every route of every door names one permit; " +
		"internal/api/testdata/permits.txt shows who gets past which. A person may hold several roles and has the sum, within their shops and " +
		"warehouses. Roles marked * reach far: only an owner grants them, and who holds one signs in with a second factor.\n")
	table := func(title string, machine bool) {
		var roles []staff.Role
		for _, r := range staff.Roles() {
			if r.Machine == machine {
				roles = append(roles, r)
			}
		}
		fmt.Fprintf(&b, "\n## %s\n\n| permit | what |", title)
		rule := "\n|---|---|"
		for _, r := range roles {
			mark := ""
			if r.Careful {
				mark = " *"
			}
			fmt.Fprintf(&b, " %s<br>`%s`%s |", r.ZH, r.Code, mark)
			rule += "---|"
		}
		b.WriteString(rule + "\n")
		for _, p := range staff.Permits() {
			zh, en := p.Words()
			fmt.Fprintf(&b, "| `%s` | %s · %s |", p, zh, en)
			for _, r := range roles {
				if r.May(p) {
					b.WriteString(" ● |")
				} else {
					b.WriteString("  |")
				}
			}
			b.WriteString("\n")
		}
	}
	table("People", false)
	table("API keys", true)
	return b.Bytes()
}
