package seal

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	format     = 1
	headSize   = 3
	nonceSize  = 12
	bodyAt     = headSize + nonceSize
	tagSize    = 16
	digestSize = 16
	// nonceBatch is how many nonces are drawn at once. Small, so that few bytes of
	// future nonces lie in memory; large enough that the kernel is rarely asked.
	nonceBatch = 32
)

// Keyring seals, opens and digests. It is safe for concurrent use, holds derived
// keys ready per purpose, and never shows key material in any form of printing.
// Purposes are constants of the code ("recipient.name"), never user input: each
// one used is remembered for good.
type Keyring struct {
	keys   []Key // ascending by version
	random io.Reader
	refill sync.Mutex
	nonces sync.Pool
	build  sync.Mutex
	ready  atomic.Pointer[map[string]*purpose] // replaced as a whole, never changed
}

// purpose holds what is derived for one purpose, in the order of Keyring.keys.
type purpose struct {
	doors   []door
	digests []sync.Pool
}

// door seals and opens with one version of the key for one purpose.
type door struct {
	version uint16
	aead    cipher.AEAD
	bound   []byte // authenticated with the ciphertext: header and purpose
}

// digester is a keyed hash with room for its input and output.
type digester struct {
	mac     hash.Hash
	scratch []byte
}

// NewKeyring makes a keyring of at least one key with different versions; random
// gives the nonces (crypto/rand.Reader in the product). It panics on a broken
// promise of the caller: no key, or a version twice.
func NewKeyring(random io.Reader, keys ...Key) *Keyring {
	keys = slices.SortedFunc(slices.Values(keys), func(a, b Key) int { return cmp.Compare(a.Version, b.Version) })
	if len(keys) == 0 {
		panic("seal: a keyring without a key")
	}
	for i := range keys[1:] {
		if keys[i].Version == keys[i+1].Version {
			panic(fmt.Sprintf("seal: key version %d given twice", keys[i].Version))
		}
	}
	k := &Keyring{keys: keys, random: random}
	k.ready.Store(&map[string]*purpose{})
	return k
}

// Seal encrypts text for one purpose with the newest key. It panics when the
// source of randomness fails: going on would break the promise of the cipher.
func (k *Keyring) Seal(purpose, text string) []byte {
	return k.seal(purpose, func(to []byte) []byte { return append(to, text...) }, len(text))
}

// Open decrypts what Seal made for the same purpose. Faults: seal_version_unknown,
// seal_damaged (changed, cut, or of another purpose), both Internal.
func (k *Keyring) Open(purpose string, ciphertext []byte) (string, error) {
	plain, err := k.open(purpose, ciphertext)
	return string(plain), err
}

// SealBytes is Seal for raw messages.
func (k *Keyring) SealBytes(purpose string, plain []byte) Bytes {
	return k.seal(purpose, func(to []byte) []byte { return append(to, plain...) }, len(plain))
}

// OpenBytes is Open for raw messages.
func (k *Keyring) OpenBytes(purpose string, sealed Bytes) ([]byte, error) {
	return k.open(purpose, sealed)
}

// SealText makes a Text of one personal value. An empty value gives the zero Text.
// mask is one of MaskName, MaskPhone, MaskAddress.
func (k *Keyring) SealText(purpose, value string, mask func(string) string) Text {
	if value == "" {
		return Text{}
	}
	return Text{Cipher: k.Seal(purpose, value), Mask: mask(value)}
}

// OpenText gives the value behind a Text; the zero Text opens as "". Only
// customer.Reveal and what prints labels may call it.
func (k *Keyring) OpenText(purpose string, text Text) (string, error) {
	if len(text.Cipher) == 0 {
		return "", nil
	}
	return k.Open(purpose, text.Cipher)
}

// Digest gives 16 bytes that are equal when the parts are, part by part, and that
// nobody without the key can make or test. Callers hand in the normal form (a phone
// as digits). The same text under two purposes has nothing in common. It is made with
// the oldest key held, so that it stays the same until that key is dropped.
func (k *Keyring) Digest(purpose string, parts ...string) []byte {
	return k.purpose(purpose).digest(0, parts)
}

// Digests gives the digest under every key held, the newest first. What must be found
// while a rotation is under way is looked up under all of them.
func (k *Keyring) Digests(purpose string, parts ...string) [][]byte {
	p := k.purpose(purpose)
	all := make([][]byte, len(k.keys))
	for i := range k.keys {
		all[len(all)-1-i] = p.digest(i, parts)
	}
	return all
}

func (p *purpose) digest(i int, parts []string) []byte {
	pool := &p.digests[i]
	d := pool.Get().(*digester)
	d.scratch = d.scratch[:0]
	for _, part := range parts {
		// The length goes first, so that ("ab", "c") and ("a", "bc") differ.
		d.scratch = binary.AppendUvarint(d.scratch, uint64(len(part)))
		d.scratch = append(d.scratch, part...)
	}
	d.mac.Reset()
	d.mac.Write(d.scratch)
	n := len(d.scratch)
	d.scratch = d.mac.Sum(d.scratch)
	out := append(make([]byte, 0, digestSize), d.scratch[n:n+digestSize]...)
	clear(d.scratch)
	pool.Put(d)
	return out
}

// Current says whether a ciphertext is sealed with the newest key. After a
// rotation, what is not is opened and sealed anew.
func (k *Keyring) Current(ciphertext []byte) bool {
	return len(ciphertext) >= bodyAt+tagSize && VersionOf(ciphertext) == k.Newest()
}

// Fingerprint tells whether two nodes hold the same keys without showing any:
// version:16 hex digits for each key, separated by commas, ascending.
func (k *Keyring) Fingerprint() string {
	prints := make([]string, len(k.keys))
	for i := range k.keys {
		prints[i] = k.print(i)
	}
	return strings.Join(prints, ",")
}

func (k *Keyring) print(i int) string {
	return fmt.Sprintf("%d:%s", k.keys[i].Version, hex.EncodeToString(k.derive(i, "fingerprint", "", 8)))
}

// String shows the versions and fingerprints.
func (k *Keyring) String() string { return "keyring " + k.Fingerprint() }

// Format shows the same as String, whatever the verb.
func (k *Keyring) Format(s fmt.State, _ rune) { io.WriteString(s, k.String()) }

// LogValue shows the same as String.
func (k *Keyring) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText shows the same as String.
func (k *Keyring) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k *Keyring) seal(purpose string, fill func([]byte) []byte, size int) []byte {
	doors := k.purpose(purpose).doors
	d := &doors[len(doors)-1]
	out := make([]byte, bodyAt, bodyAt+size+tagSize)
	copy(out, d.bound[:headSize])
	k.nonce(out[headSize:bodyAt])
	body := fill(out)[bodyAt:]
	return d.aead.Seal(out, out[headSize:bodyAt], body, d.bound)
}

func (k *Keyring) open(purpose string, ciphertext []byte) ([]byte, error) {
	if len(ciphertext) < bodyAt+tagSize || ciphertext[0] != format {
		return nil, errDamaged
	}
	version := binary.BigEndian.Uint16(ciphertext[1:])
	for _, d := range k.purpose(purpose).doors {
		if d.version != version {
			continue
		}
		plain, err := d.aead.Open(nil, ciphertext[headSize:bodyAt], ciphertext[bodyAt:], d.bound)
		if err != nil {
			return nil, errDamaged.Wrap(err)
		}
		return plain, nil
	}
	return nil, errUnknownVersion.With(version)
}

// nonce fills n from a pool of buffers that are drawn from the source many nonces
// at a time. A buffer belongs to one goroutine while it is used.
func (k *Keyring) nonce(n []byte) {
	b, _ := k.nonces.Get().(*nonceBuffer)
	if b == nil {
		b = &nonceBuffer{used: nonceBatch}
	}
	if b.used == nonceBatch {
		k.refill.Lock()
		_, err := io.ReadFull(k.random, b.bytes[:])
		k.refill.Unlock()
		if err != nil {
			panic(fmt.Sprintf("seal: no randomness: %v", err))
		}
		b.used = 0
	}
	copy(n, b.bytes[b.used*nonceSize:])
	b.used++
	k.nonces.Put(b)
}

type nonceBuffer struct {
	used  int
	bytes [nonceBatch * nonceSize]byte
}

// purpose finds what is derived for a purpose, and derives it at the first use.
func (k *Keyring) purpose(name string) *purpose {
	if p := (*k.ready.Load())[name]; p != nil {
		return p
	}
	k.build.Lock()
	defer k.build.Unlock()
	old := *k.ready.Load()
	if p := old[name]; p != nil {
		return p
	}
	p := k.newPurpose(name)
	next := make(map[string]*purpose, len(old)+1)
	for n, q := range old {
		next[n] = q
	}
	next[name] = p
	k.ready.Store(&next)
	return p
}

func (k *Keyring) newPurpose(name string) *purpose {
	p := &purpose{}
	for i, key := range k.keys {
		block, err := aes.NewCipher(k.derive(i, "data", name, KeySize))
		if err != nil {
			panic(fmt.Sprintf("seal: %v", err))
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			panic(fmt.Sprintf("seal: %v", err))
		}
		bound := binary.BigEndian.AppendUint16([]byte{format}, key.Version)
		p.doors = append(p.doors, door{version: key.Version, aead: aead, bound: append(bound, name...)})
	}
	p.digests = make([]sync.Pool, len(k.keys))
	for i := range k.keys {
		secret := k.derive(i, "digest", name, sha256.Size)
		p.digests[i].New = func() any { return &digester{mac: hmac.New(sha256.New, secret), scratch: make([]byte, 0, 256)} }
	}
	return p
}

// derive makes a key from the i-th master key for one use and one purpose.
func (k *Keyring) derive(i int, use, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, k.keys[i].bytes[:], nil, "baihuo/seal/1/"+use+"/"+purpose, size)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err)) // only a size beyond HKDF's limit fails
	}
	return key
}
