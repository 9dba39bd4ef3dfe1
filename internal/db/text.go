package db

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// statement is a text ready for its engine. order says which argument stands at
// each place; nil means they stand as given.
type statement struct {
	text  string
	order []int
}

// texts remembers each text it has rewritten. The number of texts is bounded:
// they are constants of the program, row lists come in few sizes (values.go)
// and optional filters add a handful of combinations.
type texts struct {
	engine Engine
	known  sync.Map // string -> *statement
}

func newTexts(engine Engine) *texts { return &texts{engine: engine} }

func (t *texts) get(text string) *statement {
	if s, ok := t.known.Load(text); ok {
		return s.(*statement)
	}
	s := &statement{text: text}
	if t.engine == SQLite {
		s = rewrite(text)
	}
	t.known.Store(text, s)
	return s
}

var (
	anyList   = regexp.MustCompile(`= ANY\(\$(\d+)\)`)
	forUpdate = regexp.MustCompile(`\s+FOR (UPDATE|SHARE)( OF \w+)?( SKIP LOCKED)?`)
	words     = strings.NewReplacer("GREATEST(", "MAX(", "LEAST(", "MIN(", " AS BYTEA)", " AS BLOB)")
)

// rewrite turns PostgreSQL's spelling into SQLite's: an array parameter becomes
// a JSON list, row locks go (there is one writer), and $n becomes a plain ?,
// because SQLite looks numbered names up one by one.
func rewrite(text string) *statement {
	text = anyList.ReplaceAllString(text, `IN (SELECT value FROM json_each($$$1))`)
	text = forUpdate.ReplaceAllString(text, "")
	text = words.Replace(text)
	var (
		b      strings.Builder
		order  []int
		simple = true
		quoted bool
	)
	for i := 0; i < len(text); i++ {
		if text[i] == '\'' {
			quoted = !quoted
		}
		end := i + 1
		for text[i] == '$' && !quoted && end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		if end == i+1 {
			b.WriteByte(text[i])
			continue
		}
		n, _ := strconv.Atoi(text[i+1 : end])
		simple = simple && n == len(order)+1
		order = append(order, n-1)
		b.WriteByte('?')
		i = end - 1
	}
	if simple {
		order = nil
	}
	return &statement{text: b.String(), order: order}
}

// forSQLiteSchema turns a migration into SQLite's dialect: the row id becomes
// the primary key itself, and a table marked /* clustered */ is stored in its
// key's order without one.
func forSQLiteSchema(text string) string {
	return strings.NewReplacer(
		"BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY",
		") /* clustered */", ") WITHOUT ROWID",
		"BYTEA", "BLOB",
		"DEFAULT ''::bytea", "DEFAULT x''",
	).Replace(text)
}
