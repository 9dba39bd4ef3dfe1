package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"baihuo/internal/fault"
	"baihuo/internal/seal"
)

// Whatever lies where a sealed value should is opened as what was sealed, or refused: it
// never panics, and nothing opens that nobody sealed. What was sealed comes back, and a
// byte changed anywhere keeps it shut.
func FuzzSealed(f *testing.F) {
	k := ring(f, rand.Reader, oldKey+"\n"+newKey)
	whole := k.Seal("recipient.phone", canaryPhone)
	for _, seed := range [][]byte{nil, {1}, {1, 0, 2}, whole, whole[:len(whole)-1], whole[:20], append(bytes.Clone(whole), 0), bytes.Repeat([]byte{1}, 31),
		bytes.Repeat([]byte{0xff}, 64), []byte(canaryPhone)} {
		f.Add(seed, uint(3))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at uint) {
		for _, purpose := range []string{"recipient.phone", "", "other"} {
			text, err := k.Open(purpose, raw)
			if err == nil && !bytes.Equal(raw, whole) {
				t.Errorf("%x opens as %q", raw, text)
			}
			if err != nil && (fault.Of(err).Kind != fault.Internal || fault.Of(err).ZH == "" || strings.Contains(fault.Of(err).EN, string(raw)) && len(raw) > 8) {
				t.Errorf("%x is refused with %v", raw, err)
			}
			if again, err := k.Reseal(purpose, raw); err == nil && !k.Current(again) && len(raw) > 0 {
				t.Errorf("%x is sealed anew with an old key", raw)
			}
		}
		if v := seal.VersionOf(raw); len(raw) < seal.HeadSize && v != 0 {
			t.Errorf("%x names version %d", raw, v)
		}
		cipher := k.Seal("fuzz", string(raw))
		if text, err := k.Open("fuzz", cipher); err != nil || text != string(raw) {
			t.Fatalf("%x comes back as %x: %v", raw, text, err)
		}
		cipher[at%uint(len(cipher))] ^= byte(at>>8) | 1
		if text, err := k.Open("fuzz", cipher); err == nil {
			t.Errorf("changed at %d it opens as %x", at, text)
		}
	})
}

// Whatever stands in a key file is one or more keys of 32 bytes, each of its own
// version, or refused by a sentence that quotes nothing of it.
func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"", oldKey, oldKey + "," + newKey, "# a comment\n" + newKey, oldKey + "\n" + oldKey, "0:" + oldKey[2:], "65536:" + oldKey[2:], oldKey[2:],
		hex.EncodeToString(bytes.Repeat([]byte{1, 2}, 16)), "1:" + strings.Repeat("A", 43), "1::", ":", "1:\x00", "１:" + oldKey[2:], strings.Repeat("1:", 1000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := seal.ParseKeys(text)
		if err != nil {
			said := fault.Of(err)
			if said.ZH == "" || said.EN == "" || len(keys) > 0 {
				t.Errorf("%q: %v", text, err)
			}
			for _, word := range strings.Fields(text) {
				if len(word) > 20 && strings.Contains(err.Error(), word) {
					t.Errorf("the refusal quotes the key file: %v", err)
				}
			}
			return
		}
		seen := map[uint16]bool{}
		for _, key := range keys {
			if key.Version == 0 || seen[key.Version] {
				t.Errorf("%q: version %d", text, key.Version)
			}
			seen[key.Version] = true
			if shown := fmt.Sprintf("%v %+v %#v", key, key, key); len(shown) > 200 {
				t.Errorf("a key prints as %s", shown)
			}
		}
		k := seal.NewKeyring(rand.Reader, keys...) // panics where ParseKeys promised too much
		if text, err := k.Open("p", k.Seal("p", canaryName)); err != nil || text != canaryName {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// A mask of whatever people type is text that can be kept, and never holds a mobile
// number whole.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{"", canaryName, canaryPhone, canaryAddress, "+86 139 8765 4321", "欧阳娜娜", "Anna Maria Smith", "*", "０１０-8888 6666 转 12", "\xff\xfe", "138****8000",
		"浙江省杭州市余杭区文一西路969号3幢201", strings.Repeat("路", 300), "🙂🙂", "13987654321 13987654321"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, mask := range map[string]func(string) string{"name": seal.MaskName, "phone": seal.MaskPhone, "address": seal.MaskAddress} {
			got := mask(text)
			if utf8.ValidString(text) && !utf8.ValidString(got) {
				t.Errorf("the %s %q is masked as %q, which is no text", name, text, got)
			}
			if name == "phone" && strings.Contains(text, canaryPhone) && strings.Contains(got, canaryPhone) {
				t.Errorf("the mask of the phone %q is %q", text, got)
			}
		}
	})
}
