package db_test

import (
	"os/exec"
	"strings"
	"testing"
)

// SQLite in Go is translated together with one exact version of its C library;
// with another it may misbehave in ways no compiler sees.
func TestLibcIsTheOneSQLiteAsksFor(t *testing.T) {
	graph, err := exec.Command("go", "mod", "graph").Output()
	if err != nil {
		t.Skipf("go mod graph: %v", err)
	}
	linked, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "modernc.org/libc").Output()
	if err != nil {
		t.Fatal(err)
	}
	driver, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatal(err)
	}
	from := "modernc.org/sqlite@" + strings.TrimSpace(string(driver)) + " modernc.org/libc@"
	for line := range strings.Lines(string(graph)) {
		if wanted, ok := strings.CutPrefix(strings.TrimSpace(line), from); ok {
			if wanted != strings.TrimSpace(string(linked)) {
				t.Fatalf("SQLite asks for libc %s, %s is linked", wanted, linked)
			}
			return
		}
	}
	t.Fatalf("the module graph does not say which libc %s asks for", driver)
}
