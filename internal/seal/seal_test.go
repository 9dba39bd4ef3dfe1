package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"baihuo/internal/fault"
	"baihuo/internal/seal"
)

const (
	oldKey = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	newKey = "2://///wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

	canaryName    = "金丝雀七"
	canaryPhone   = "13987654321"
	canaryAddress = "白虎路88号金丝雀公寓"
)

func ring(t testing.TB, random io.Reader, keys string) *seal.Keyring {
	t.Helper()
	parsed, err := seal.ParseKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	return seal.NewKeyring(random, parsed...)
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if f := fault.Of(err); f == nil || f.Code != code || f.ZH == "" || strings.Contains(f.ZH+f.EN, "%!") {
		t.Fatalf("want fault %s, got %v", code, err)
	}
}

func TestSeal(t *testing.T) {
	k := ring(t, rand.Reader, oldKey)

	t.Run("what is sealed opens for its purpose only", func(t *testing.T) {
		for _, text := range []string{"", canaryName, strings.Repeat("长", 5000), "\x00\xff"} {
			sealed := k.Seal("recipient.name", text)
			got, err := k.Open("recipient.name", sealed)
			if err != nil || got != text {
				t.Fatalf("%q opened as %q, %v", text, got, err)
			}
			_, err = k.Open("recipient.phone", sealed)
			wantCode(t, err, "seal_damaged")
		}
	})
	t.Run("the same text twice looks different", func(t *testing.T) {
		if bytes.Equal(k.Seal("p", canaryName), k.Seal("p", canaryName)) {
			t.Fatal("two ciphertexts are equal")
		}
	})
	t.Run("any changed or missing byte is noticed", func(t *testing.T) {
		sealed := k.Seal("p", canaryName)
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			if _, err := k.Open("p", changed); err == nil {
				t.Fatalf("byte %d changed and not noticed", i)
			}
			if _, err := k.Open("p", sealed[:i]); err == nil {
				t.Fatalf("cut to %d bytes and not noticed", i)
			}
		}
	})
	t.Run("no nonce comes twice from many goroutines", func(t *testing.T) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		seen := map[string]bool{}
		for range 8 {
			wg.Go(func() {
				for range 500 {
					nonce := string(k.Seal("p", "x")[3:15])
					mu.Lock()
					if seen[nonce] {
						t.Error("a nonce came twice")
					}
					seen[nonce] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	})
	t.Run("the nonces come from the reader handed in", func(t *testing.T) {
		k := ring(t, bytes.NewReader(bytes.Repeat([]byte{7}, 4096)), oldKey)
		if nonce := k.Seal("p", "x")[3:15]; !bytes.Equal(nonce, bytes.Repeat([]byte{7}, 12)) {
			t.Fatalf("nonce %x", nonce)
		}
	})
	t.Run("without randomness nothing is sealed", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Fatal("sealed with no randomness")
			}
		}()
		ring(t, strings.NewReader("short"), oldKey).Seal("p", "x")
	})
	t.Run("raw messages open again", func(t *testing.T) {
		raw := []byte(`{"receiver_name":"` + canaryName + `"}`)
		got, err := k.OpenBytes("raw", k.SealBytes("raw", raw))
		if err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

func TestDigest(t *testing.T) {
	k := ring(t, rand.Reader, oldKey)
	base := k.Digest("recipient", "ab", "c")
	if len(base) != 16 || !bytes.Equal(base, k.Digest("recipient", "ab", "c")) {
		t.Fatalf("digest %x is not stable or not 16 bytes", base)
	}
	for name, other := range map[string][]byte{
		"another purpose":             k.Digest("buyer", "ab", "c"),
		"another border of the parts": k.Digest("recipient", "a", "bc"),
		"one part":                    k.Digest("recipient", "abc"),
		"another key":                 ring(t, rand.Reader, newKey).Digest("recipient", "ab", "c"),
	} {
		t.Run(name+" differs", func(t *testing.T) {
			if bytes.Equal(base, other) {
				t.Fatal("equal")
			}
		})
	}
	t.Run("a digest handed out is not changed by the next", func(t *testing.T) {
		first := k.Digest("recipient", "x")
		kept := bytes.Clone(first)
		k.Digest("recipient", strings.Repeat("y", 1000))
		if !bytes.Equal(first, kept) {
			t.Fatal("changed")
		}
	})
}

func TestRotation(t *testing.T) {
	before, after := ring(t, rand.Reader, oldKey), ring(t, rand.Reader, newKey)
	during := ring(t, rand.Reader, newKey+"\n"+oldKey)
	old := before.Seal("p", canaryName)
	fresh := during.Seal("p", canaryName)

	t.Run("old values open beside new ones", func(t *testing.T) {
		for _, sealed := range [][]byte{old, fresh} {
			if got, err := during.Open("p", sealed); err != nil || got != canaryName {
				t.Fatalf("%q, %v", got, err)
			}
		}
	})
	t.Run("new values are sealed with the newest key", func(t *testing.T) {
		if during.Current(old) || !during.Current(fresh) || during.Current(nil) {
			t.Fatal("Current is wrong")
		}
		if got, err := after.Open("p", fresh); err != nil || got != canaryName {
			t.Fatalf("%q, %v", got, err)
		}
	})
	t.Run("a key that is not held is named", func(t *testing.T) {
		_, err := after.Open("p", old)
		wantCode(t, err, "seal_version_unknown")
		if !strings.Contains(err.Error(), "version 1") {
			t.Fatal(err)
		}
	})
	t.Run("digests stay the same while the old key is held", func(t *testing.T) {
		if !bytes.Equal(before.Digest("phone", canaryPhone), during.Digest("phone", canaryPhone)) {
			t.Fatal("a phone number cannot be found any more")
		}
	})
	t.Run("the fingerprint names every version", func(t *testing.T) {
		if want := before.Fingerprint() + "," + after.Fingerprint(); during.Fingerprint() != want {
			t.Fatalf("%s, want %s", during.Fingerprint(), want)
		}
	})
}

func TestParseKeys(t *testing.T) {
	raw, _ := base64.StdEncoding.DecodeString(oldKey[2:])
	want := ring(t, rand.Reader, oldKey).Fingerprint()
	for name, text := range map[string]string{
		"base64":                   oldKey[2:],
		"without padding":          strings.TrimRight(oldKey[2:], "="),
		"url form":                 base64.URLEncoding.EncodeToString(raw),
		"hex":                      hex.EncodeToString(raw),
		"with comment and version": "# kept in the safe\n\n " + oldKey + "\n",
	} {
		t.Run(name+" is read", func(t *testing.T) {
			if got := ring(t, rand.Reader, text).Fingerprint(); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		})
	}
	for name, c := range map[string]struct{ text, code string }{
		"too short":               {"AAEC", "seal_key_text"},
		"no key at all":           {"hunter2!", "seal_key_text"},
		"zeros":                   {strings.Repeat("00", 32), "seal_key_weak"},
		"nothing":                 {"# only a comment\n", "seal_key_none"},
		"two without versions":    {oldKey[2:] + "," + newKey[2:], "seal_key_version"},
		"one version twice":       {oldKey + ",1:" + newKey[2:], "seal_key_version"},
		"version zero":            {"0:" + oldKey[2:], "seal_key_version"},
		"version beyond 16 bits":  {"65536:" + oldKey[2:], "seal_key_version"},
		"version that is no word": {"x:" + oldKey[2:], "seal_key_version"},
	} {
		t.Run(name+" is refused without showing the key", func(t *testing.T) {
			_, err := seal.ParseKeys(c.text)
			wantCode(t, err, c.code)
			if strings.Contains(err.Error(), oldKey[4:20]) || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("the key is in the error: %v", err)
			}
		})
	}
}

func TestLoadKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "master.key")

	t.Run("several first starts at once agree on one new key", func(t *testing.T) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		prints, made := map[string]bool{}, 0
		for range 6 {
			wg.Go(func() {
				k, created, err := seal.LoadKey("", path)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				prints[k.Fingerprint()] = true
				if created {
					made++
				}
			})
		}
		wg.Wait()
		if len(prints) != 1 || made != 1 {
			t.Fatalf("%d keys, made %d times", len(prints), made)
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 {
			t.Fatalf("left behind: %v, %v", entries, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info.Mode(), err)
		}
	})
	t.Run("the value of the environment comes first", func(t *testing.T) {
		k, created, err := seal.LoadKey(oldKey, path)
		if err != nil || created || k.Fingerprint() != ring(t, rand.Reader, oldKey).Fingerprint() {
			t.Fatalf("%v, %v, %v", k, created, err)
		}
	})
	t.Run("a file that others may read is refused with its name", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o777} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			_, _, err := seal.LoadKey("", path)
			wantCode(t, err, "seal_key_file_open")
			if f := fault.Of(err); !strings.Contains(f.EN, path) || !strings.Contains(f.ZH, fmt.Sprintf("%#o", mode)) {
				t.Fatal(f.ZH, f.EN)
			}
		}
	})
	t.Run("an empty file is refused and not filled", func(t *testing.T) {
		empty := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(empty, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := seal.LoadKey("", empty)
		wantCode(t, err, "seal_key_none")
	})
	t.Run("a folder is refused", func(t *testing.T) {
		_, _, err := seal.LoadKey("", t.TempDir())
		wantCode(t, err, "seal_key_file_kind")
	})
	t.Run("a folder that cannot be made is an internal fault", func(t *testing.T) {
		_, _, err := seal.LoadKey("", filepath.Join(path, "below", "key"))
		wantCode(t, err, "seal_key_file")
	})
}

// TestCanary prints sealed values in every way Go knows. A hit would be a person's
// name in a log.
func TestCanary(t *testing.T) {
	k := ring(t, rand.Reader, oldKey)
	type contact struct{ Name, Phone seal.Text }
	type recipient struct {
		Name, Phone seal.Text
		Address     *seal.Text
		hidden      seal.Text
		Raw         seal.Bytes
		ByName      map[string]seal.Text
		Key         *seal.Keyring
	}
	name := k.SealText("name", canaryName, seal.MaskName)
	address := k.SealText("address", canaryAddress, seal.MaskAddress)
	r := recipient{
		Name: name, Phone: k.SealText("phone", canaryPhone, seal.MaskPhone), Address: &address, hidden: name,
		Raw: k.SealBytes("raw", []byte(canaryPhone)), ByName: map[string]seal.Text{"a": name}, Key: k,
	}
	keys, _ := seal.ParseKeys(oldKey)
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		for _, value := range []any{name, &name, r, &r, []recipient{r}, r.Raw, k, keys[0], keys} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	fmt.Fprintln(&out, name, r, errors.New(name.String()))
	for _, encode := range []func(any) ([]byte, error){json.Marshal, xml.Marshal} {
		if text, err := encode(contact{r.Name, r.Phone}); err != nil || !strings.Contains(string(text), "金*七") {
			t.Fatalf("%s, %v", text, err)
		} else {
			out.Write(text)
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(handler).Info("placed", "name", name, "recipient", r, "pointer", &r, "raw", r.Raw, "key", k,
			"group", slog.GroupValue(slog.Any("n", name)))
	}
	raw, _ := base64.StdEncoding.DecodeString(oldKey[2:])
	for _, secret := range []string{
		canaryName, canaryPhone, canaryAddress, "金丝雀公寓",
		hex.EncodeToString([]byte(canaryName)), hex.EncodeToString([]byte(canaryPhone)),
		oldKey[2:20], hex.EncodeToString(raw), "[0 1 2 3 4 5 6", "0x0, 0x1, 0x2, 0x3",
	} {
		if at := strings.Index(out.String(), secret); at >= 0 {
			t.Errorf("%q is shown: …%s", secret, out.String()[max(0, at-80):at+len(secret)])
		}
	}
	if !strings.Contains(out.String(), "139****4321") {
		t.Error("the mask is not shown")
	}
	t.Run("no value has no mask and opens as nothing", func(t *testing.T) {
		zero := k.SealText("name", "", seal.MaskName)
		if got, err := k.OpenText("name", zero); !zero.IsZero() || got != "" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		if got, err := k.OpenText("name", name); got != canaryName || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	})
	t.Run("JSON cannot fill a text", func(t *testing.T) {
		var into seal.Text
		if err := json.Unmarshal([]byte(`"`+canaryName+`"`), &into); err == nil {
			t.Fatal("accepted")
		}
	})
}

// BenchmarkOrder seals what one order brings: three fields, two digests. Aim: 2.5 us.
func BenchmarkOrder(b *testing.B) {
	k := ring(b, rand.Reader, oldKey)
	b.ReportAllocs()
	for b.Loop() {
		k.Seal("recipient.name", canaryName)
		k.Seal("recipient.phone", canaryPhone)
		k.Seal("recipient.address", canaryAddress)
		k.Digest("recipient", canaryName, canaryPhone, canaryAddress)
		k.Digest("buyer", canaryPhone)
	}
}

func BenchmarkMasks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		seal.MaskName(canaryName)
		seal.MaskPhone(canaryPhone)
		seal.MaskAddress(canaryAddress)
	}
}

func BenchmarkOpen(b *testing.B) {
	k := ring(b, rand.Reader, oldKey)
	sealed := k.Seal("recipient.address", canaryAddress)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open("recipient.address", sealed); err != nil {
			b.Fatal(err)
		}
	}
}
