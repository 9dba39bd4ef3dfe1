package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the house, from the ground up; in each floor a package may import
// what stands left of it, and all of the floors below.
var floors = [][]string{
	{"fault", "id", "money", "seal", "db", "journal", "rule", "job", "sheet"},
	{"shop", "staff", "catalog", "customer", "inventory", "carrier"},
	{"order", "review", "fulfilment", "shipping"},
	{"channel", "aftersales", "finance", "notice", "webhook", "insight"},
	{"flow", "intake", "replay"},
}

// doors never import each other. connect, sim, demo and bench have rules of
// their own; app knows everything.
var doors = []string{"api", "web", "cli", "worker", "mcp"}

func place(room string) (floor, column int, ok bool) {
	for f, rooms := range floors {
		if c := slices.Index(rooms, room); c >= 0 {
			return f, c, true
		}
	}
	return 0, 0, false
}

func allowed(from, to, toPath string) bool {
	switch {
	case from == to, from == "app", to == "dbtest", to == "flowtest":
		return true
	case slices.Contains(doors, from):
		return !slices.Contains(doors, to) && to != "app" && to != "demo" && to != "bench" && to != "connect" && to != "sim"
	case from == "demo" || from == "bench":
		return to != "app"
	case from == "sim":
		return to == "money"
	case from == "dbtest":
		return to == "db" || to == "fault" || to == "id"
	case from == "connect":
		f, _, ok := place(to)
		return ok && f <= 2
	}
	fromFloor, fromColumn, known := place(from)
	toFloor, toColumn, target := place(to)
	return known && target && (toFloor < fromFloor || toFloor == fromFloor && toColumn < fromColumn)
}

// files gives every Go file below internal with the room it lies in.
func files(t *testing.T, each func(room, path string)) {
	t.Helper()
	root := filepath.Join("..", "..", "internal")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		each(strings.Split(filepath.ToSlash(rel), "/")[0], path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestArrows(t *testing.T) {
	files(t, func(room, path string) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "flowtest") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			target, _ := strconv.Unquote(spec.Path.Value)
			rest, ours := strings.CutPrefix(target, "baihuo/internal/")
			if !ours {
				continue
			}
			if to := strings.Split(rest, "/")[0]; !allowed(room, to, rest) {
				t.Errorf("%s imports %s: room %s may not see room %s", path, target, room, to)
			}
		}
	})
}

var (
	ownerLine = regexp.MustCompile(`(?m)^-- room: (\w+)\nCREATE TABLE (\w+)`)
	tableUse  = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b`)
	literal   = regexp.MustCompile("(?s)`[^`]*`" + `|"(?:[^"\\\n]|\\.)*"`)
)

// A table is named in the SQL of its own room only.
func TestTables(t *testing.T) {
	owner := map[string]string{}
	migrations, err := filepath.Glob(filepath.Join("..", "db", "migrations", "*.sql"))
	if err != nil || len(migrations) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, m := range migrations {
		text, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		found := ownerLine.FindAllStringSubmatch(string(text), -1)
		if tables := strings.Count(string(text), "CREATE TABLE"); tables != len(found) {
			t.Errorf("%s: %d of %d tables name their room in the line above (-- room: NAME)", m, len(found), tables)
		}
		for _, f := range found {
			owner[f[2]] = f[1]
		}
	}
	files(t, func(room, path string) {
		if strings.HasSuffix(path, "_test.go") || room == "bench" || room == "dbtest" || room == "insight" {
			return // bench writes rows bare to find the ceiling; insight alone may read every table
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range literal.FindAllString(string(text), -1) {
			for _, use := range tableUse.FindAllStringSubmatch(s, -1) {
				if own, known := owner[use[1]]; known && own != room && strings.Contains(s, "/*") {
					t.Errorf("%s: the SQL of room %s names table %s of room %s", path, room, use[1], own)
				}
			}
		}
	})
}
