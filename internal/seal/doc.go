// Package seal keeps personal data unreadable at rest.
//
// A name, a phone or an address is stored as a Text: ciphertext and a mask. A
// Text has no place for plaintext, so no log line, error or page can show any.
// Searching works on keyed digests, which say that two values are equal and
// nothing more.
//
// Envelope: the master key encrypts nothing itself. For every purpose ("recipient
// name") a data key and a digest key are derived from it by HKDF-SHA256, so that a
// ciphertext of one field opens as no other field. A ciphertext reads
//
//	format (1 byte) | master key version (2 bytes) | nonce (12) | AES-256-GCM ciphertext and tag
//
// and its first three bytes and the purpose are authenticated with it. Nonces are random; a data key
// is good for 2^32 values (some 4,000 million), after which the master key must be rotated.
//
// Rotation: a Keyring may hold several versions of the master key, in whatever order
// they were written. Sealing uses the highest, opening the one that the ciphertext
// names. A digest cannot be opened, so it cannot be turned: who holds several keys looks
// up all Digests, and the room that owns a digest makes it anew from the opened value.
// The lowest version may be dropped once all that is done (flow.Rotate; decision 0011).
//
// Letters: who holds no key of ours seals to a public one (Slot), for the house alone to
// read (OpenLetter): see letter.go.
//
// Losing the key is losing the data: a backup never contains it.
package seal
