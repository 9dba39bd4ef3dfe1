package seal

import "encoding/binary"

// Versions gives the versions of the master key that are held, the newest first.
func (k *Keyring) Versions() []uint16 {
	all := make([]uint16, len(k.keys))
	for i, key := range k.keys {
		all[len(all)-1-i] = key.Version
	}
	return all
}

// Newest is the version that seals.
func (k *Keyring) Newest() uint16 { return k.keys[len(k.keys)-1].Version }

// FingerprintOf gives version:16 hex digits of one key, as Fingerprint does of all; empty when
// it is not held.
func (k *Keyring) FingerprintOf(version uint16) string {
	for i := range k.keys {
		if k.keys[i].Version == version {
			return k.print(i)
		}
	}
	return ""
}

// HeadSize is how many bytes at the start of a ciphertext VersionOf reads.
const HeadSize = headSize

// VersionOf gives the version of the master key that a ciphertext names, 0 when it is
// none of ours. The first HeadSize bytes are enough.
func VersionOf(ciphertext []byte) uint16 {
	if len(ciphertext) < headSize || ciphertext[0] != format {
		return 0
	}
	return binary.BigEndian.Uint16(ciphertext[1:])
}

// Reseal opens a ciphertext and seals its value anew where an older key sealed it. An
// empty or current one comes back as it is. Faults as of Open.
func (k *Keyring) Reseal(purpose string, ciphertext []byte) ([]byte, error) {
	if len(ciphertext) == 0 || k.Current(ciphertext) {
		return ciphertext, nil
	}
	plain, err := k.open(purpose, ciphertext)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return k.SealBytes(purpose, plain), nil
}

// Turn is what one step of a rotation did in one place where sealed values lie.
type Turn struct {
	// Next is where the next step begins; 0 at the end.
	Next int64
	// Seen rows, and how many of them were written anew.
	Seen, Changed int64
}

// Tally counts rows by the oldest master key version among their sealed values; rows
// without any are left out.
type Tally struct {
	Next     int64
	Versions map[uint16]int64
}

// Count adds a row with these ciphertexts, or the beginnings of them.
func (t *Tally) Count(heads ...[]byte) {
	oldest, some := uint16(0), false
	for _, h := range heads {
		if len(h) == 0 {
			continue
		}
		if v := VersionOf(h); !some || v < oldest {
			oldest, some = v, true
		}
	}
	if !some {
		return
	}
	if t.Versions == nil {
		t.Versions = map[uint16]int64{}
	}
	t.Versions[oldest]++
}
