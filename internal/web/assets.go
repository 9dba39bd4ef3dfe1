package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// asset is one static file as it is served, plain and compressed.
type asset struct {
	kind            string
	plain, squeezed []byte
}

// assets are all static files by name, and a name for what they hold together: it
// stands in their addresses, so a browser may keep them for ever.
type assets struct {
	files map[string]asset
	hash  string
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// gather makes the assets: our style sheets and scripts become one file each, in the
// order of their names; a vendored sheet lies in a layer below ours, so ours wins
// whatever it says; page/ and vendor/ are served one by one.
func gather(all fs.FS) (assets, error) {
	parts := map[string]*bytes.Buffer{}
	add := func(name string, content []byte) {
		if parts[name] == nil {
			parts[name] = &bytes.Buffer{}
		}
		parts[name].Write(content)
	}
	err := fs.WalkDir(all, "static", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || kinds[path.Ext(file)] == "" {
			return err
		}
		content, err := fs.ReadFile(all, file)
		if err != nil {
			return err
		}
		switch path.Dir(file) {
		case "static/css":
			add("baihuo.css", content)
		case "static/js":
			add("baihuo.js", content)
		case "static/vendor":
			if path.Ext(file) == ".css" {
				content = layered(content)
			}
			add(path.Base(file), content)
		default:
			add(path.Base(file), content)
		}
		return nil
	})
	a := assets{files: map[string]asset{}}
	h := sha256.New()
	for _, name := range sortedKeys(parts) {
		content := parts[name].Bytes()
		h.Write([]byte(name))
		h.Write(content)
		a.files[name] = asset{kind: kinds[path.Ext(name)], plain: content, squeezed: squeeze(content, gzip.BestCompression)}
	}
	a.hash = hex.EncodeToString(h.Sum(nil))[:12]
	return a, err
}

// layered puts a sheet into the layer "kit". A charset is no rule of a layer.
func layered(sheet []byte) []byte {
	sheet = bytes.TrimPrefix(sheet, []byte(`@charset "UTF-8";`))
	return append(append([]byte("@layer kit{"), sheet...), '}')
}

func squeeze(content []byte, level int) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil
	}
	_, _ = w.Write(content) // memory takes it all
	_ = w.Close()
	return out.Bytes()
}

// takesGzip says that a browser unpacks what it is sent.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if name, _, _ := strings.Cut(strings.TrimSpace(part), ";"); name == "gzip" {
			return true
		}
	}
	return false
}

// send writes content, compressed where the browser takes it and it is worth it.
func send(w http.ResponseWriter, r *http.Request, status int, plain []byte, squeezed func() []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(plain) > 1400 && takesGzip(r) { // less fits into one packet anyway
		w.Header().Set("Content-Encoding", "gzip")
		plain = squeezed()
	}
	w.WriteHeader(status)
	_, _ = w.Write(plain)
}

// static serves a style sheet, script or picture of ours, under a name that changes
// with what they hold.
func (s *Site) static(v *visit) error {
	a, known := s.assets.files[v.r.PathValue("file")]
	if !known || v.r.PathValue("hash") != s.assets.hash {
		return ErrNothing
	}
	v.w.Header().Set("Content-Type", a.kind)
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	send(v.w, v.r, http.StatusOK, a.plain, func() []byte { return a.squeezed })
	return nil
}
