package web

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// What a first page weighs over the wire: our style under 25 KB and our script under
// 20 KB, the kit's sheet once, no page over its budget because a file grew unseen.
func TestAssetsWeigh(t *testing.T) {
	a, err := gather(files)
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]int{"baihuo.css": 25 << 10, "baihuo.js": 20 << 10, "tabler.css": 84 << 10, "htmx.js": 18 << 10,
		"echarts.js": 175 << 10, "sprite.svg": 6 << 10} {
		if got := len(a.files[name].squeezed); got == 0 || got > most {
			t.Errorf("%s: %d bytes, at most %d", name, got, most)
		}
	}
}

// What was brought in from elsewhere is what it was on the day it came.
func TestVendoredFilesAreUntouched(t *testing.T) {
	untouched(t, files, "static/vendor")
	untouched(t, os.DirFS("testdata"), "axe-core")
}

func untouched(t *testing.T, files fs.FS, dir string) {
	t.Helper()
	sums, err := fs.ReadFile(files, path.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := fs.ReadFile(files, path.Join(dir, name))
		if err != nil || fmt.Sprintf("%x", sha256.Sum256(content)) != sum {
			t.Errorf("%s is not what SHA256SUMS says: %v", name, err)
		}
	}
}
