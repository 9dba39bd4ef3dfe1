package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// A letter is sealed by somebody who holds no key of ours: a till without network, for a
// customer whom it takes down. Its browser makes a pair of keys for this one letter,
// agrees with the slot's public half on a secret (ECDH over P-256) and forgets its own:
// from then on only the house can read what it wrote. A letter is
//
//	version (2) | public key of the letter (65) | nonce (12) | AES-256-GCM of the text and its tag
//
// under HKDF-SHA-256 of the secret, with the letter's public key as salt and the slot's
// purpose as info.
const (
	slotSize   = 65
	letterHead = 2 + slotSize + nonceSize
)

// Slot is what letters of a purpose are sealed to: the version of the master key and an
// uncompressed point of P-256, as WebCrypto takes it in. It is no secret.
func (k *Keyring) Slot(purpose string) []byte {
	i := len(k.keys) - 1
	out := binary.BigEndian.AppendUint16(make([]byte, 0, 2+slotSize), k.keys[i].Version)
	return append(out, k.slot(i, purpose).PublicKey().Bytes()...)
}

// slot makes the private half from a master key. One in 2^32 derived keys lies outside
// of the curve's order; the next one is taken then.
func (k *Keyring) slot(i int, purpose string) *ecdh.PrivateKey {
	for n := range 8 {
		key, err := ecdh.P256().NewPrivateKey(k.derive(i, fmt.Sprintf("slot%d", n), purpose, 32))
		if err == nil {
			return key
		}
	}
	panic("seal: no key for a slot") // once in 2^256
}

// OpenLetter reads what was sealed to a slot of the same purpose, under whichever key is
// held. Faults: those of Open.
func (k *Keyring) OpenLetter(purpose string, letter []byte) (string, error) {
	if len(letter) < letterHead+tagSize {
		return "", errDamaged
	}
	version := binary.BigEndian.Uint16(letter)
	i := slices.IndexFunc(k.keys, func(key Key) bool { return key.Version == version })
	if i < 0 {
		return "", errUnknownVersion.With(version)
	}
	point := letter[2 : 2+slotSize]
	from, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return "", errDamaged.Wrap(err)
	}
	secret, err := k.slot(i, purpose).ECDH(from)
	if err != nil {
		return "", errDamaged.Wrap(err)
	}
	aead, err := letterCipher(secret, point, purpose)
	if err != nil {
		return "", errDamaged.Wrap(err)
	}
	plain, err := aead.Open(nil, letter[2+slotSize:letterHead], letter[letterHead:], nil)
	if err != nil {
		return "", errDamaged.Wrap(err)
	}
	return string(plain), nil
}

func letterCipher(secret, point []byte, purpose string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, point, purpose, KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
