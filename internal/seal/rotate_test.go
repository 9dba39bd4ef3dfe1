package seal_test

import (
	"bytes"
	"crypto/rand"
	"maps"
	"slices"
	"testing"

	"baihuo/internal/seal"
)

func TestRotateTools(t *testing.T) {
	before, after := ring(t, rand.Reader, oldKey), ring(t, rand.Reader, newKey)
	during := ring(t, rand.Reader, oldKey+"\n"+newKey)

	t.Run("the order in which keys are written says nothing", func(t *testing.T) {
		turned := ring(t, rand.Reader, newKey+"\n"+oldKey)
		if !slices.Equal(during.Versions(), []uint16{2, 1}) || !slices.Equal(turned.Versions(), during.Versions()) || turned.Newest() != 2 {
			t.Errorf("%v and %v", during.Versions(), turned.Versions())
		}
	})
	t.Run("digests come under every key, the newest first", func(t *testing.T) {
		want := [][]byte{after.Digest("phone", canaryPhone), before.Digest("phone", canaryPhone)}
		if got := during.Digests("phone", canaryPhone); !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%x, want %x", got, want)
		}
		if got := before.Digests("phone", canaryPhone); len(got) != 1 || !bytes.Equal(got[0], want[1]) {
			t.Errorf("with one key: %x", got)
		}
	})
	t.Run("a key's print is its part of the fingerprint", func(t *testing.T) {
		if got := during.FingerprintOf(1) + "," + during.FingerprintOf(2); got != during.Fingerprint() || during.FingerprintOf(3) != "" {
			t.Error(got)
		}
	})
	t.Run("a value is sealed anew once", func(t *testing.T) {
		old := before.Seal("p", canaryName)
		fresh, err := during.Reseal("p", old)
		if err != nil || seal.VersionOf(old) != 1 || seal.VersionOf(fresh) != 2 {
			t.Fatalf("version %d after %d, %v", seal.VersionOf(fresh), seal.VersionOf(old), err)
		}
		if got, err := after.Open("p", fresh); got != canaryName || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if again, err := during.Reseal("p", fresh); !bytes.Equal(again, fresh) || err != nil {
			t.Errorf("sealed twice, %v", err)
		}
		if none, err := during.Reseal("p", nil); len(none) != 0 || err != nil {
			t.Errorf("nothing became %x, %v", none, err)
		}
		_, err = during.Reseal("another", old)
		wantCode(t, err, "seal_damaged")
		_, err = after.Reseal("p", old)
		wantCode(t, err, "seal_version_unknown")
	})
	t.Run("what is no ciphertext has no version", func(t *testing.T) {
		for _, b := range [][]byte{nil, {}, {1, 0}, {7, 0, 1}, []byte(canaryName)} {
			if v := seal.VersionOf(b); v != 0 {
				t.Errorf("%x has version %d", b, v)
			}
		}
	})
	t.Run("a row counts by its oldest value", func(t *testing.T) {
		old, fresh := before.Seal("p", "x")[:seal.HeadSize], during.Seal("p", "x")
		var tally seal.Tally
		tally.Count(nil, []byte{})
		tally.Count(fresh, old, nil)
		tally.Count(nil, fresh)
		tally.Count([]byte{0}, fresh)
		if want := (map[uint16]int64{0: 1, 1: 1, 2: 1}); !maps.Equal(tally.Versions, want) {
			t.Errorf("%v, want %v", tally.Versions, want)
		}
	})
}
