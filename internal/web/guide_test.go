package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/web"
)

// The guides quote the words of the pages, name pages that there are, and show pictures
// that lie there: a page that is renamed makes its guide fail.
func TestGuidesAreTrue(t *testing.T) {
	var pages []string
	for _, r := range web.Routes() {
		if r.Method == "GET" {
			pages = append(pages, strings.TrimSuffix(r.Path, "{$}"))
		}
	}
	for _, c := range []struct {
		file, lang string
		quote      *regexp.Regexp
	}{{"guide.zh-CN.md", "zh", regexp.MustCompile("「([^」]+)」")}, {"guide.md", "en", regexp.MustCompile("“([^”]+)”")}} {
		text, err := os.ReadFile(filepath.Join("../../docs", c.file))
		if err != nil {
			t.Fatal(err)
		}
		quotes := c.quote.FindAllStringSubmatch(string(text), -1)
		if len(quotes) < 100 {
			t.Errorf("%s quotes %d words only", c.file, len(quotes))
		}
		for _, found := range quotes {
			if !web.Says(c.lang, found[1]) {
				t.Errorf("%s: no page says %q", c.file, found[1])
			}
		}
		for _, found := range regexp.MustCompile("`(/[a-z/-]+)`").FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(pages, found[1]) {
				t.Errorf("%s: there is no page %s", c.file, found[1])
			}
		}
		for _, found := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join("../../docs", found[1])); err != nil {
				t.Errorf("%s: %v", c.file, err)
			}
		}
	}
}
