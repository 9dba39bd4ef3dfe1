package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// KeySize is the size of a master key in bytes.
const KeySize = 32

// Key is one version of the master key. It never shows its bytes.
type Key struct {
	Version uint16
	bytes   [KeySize]byte
}

// Format shows the version alone, whatever the verb.
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "master key version %d", k.Version) }

// LoadKey gives the master keys: from env, the value of BAIHUO_KEY, if it is not
// empty; else from the file at path; and if that does not exist, it makes the file
// with a new random key, readable by this user alone, and says created. The new
// key is on disk before the function returns, because nothing sealed with a lost
// key can be opened. When several processes start at once, one makes the file and
// the others read it.
//
// Refused, as fault Invalid: text that is no key, a file that other users may read,
// an empty file. A file that cannot be read or written is fault Internal.
func LoadKey(env, path string) (ring *Keyring, created bool, err error) {
	text := strings.TrimSpace(env)
	if text == "" {
		if text, created, err = fileText(path); err != nil {
			return nil, false, err
		}
	}
	keys, err := ParseKeys(text)
	if err != nil {
		return nil, false, err
	}
	return NewKeyring(rand.Reader, keys...), created, nil
}

// ParseKeys reads one key, or several as version:key separated by commas or line
// ends. A line that begins with # is a comment. A single key without a version is
// version 1. Its faults name the entry by its place and never quote it.
func ParseKeys(text string) ([]Key, error) {
	var entries []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			entries = append(entries, strings.Fields(strings.ReplaceAll(line, ",", " "))...)
		}
	}
	if len(entries) == 0 {
		return nil, errKeyNone
	}
	keys, seen := make([]Key, 0, len(entries)), map[uint16]bool{}
	for i, entry := range entries {
		version, body, found := strings.Cut(entry, ":")
		if !found {
			version, body = "1", entry
		}
		n, err := strconv.ParseUint(version, 10, 16)
		if err != nil || n == 0 || seen[uint16(n)] || !found && len(entries) > 1 {
			return nil, errKeyVersion.With(i + 1)
		}
		key, ok := decodeKey(body)
		if !ok {
			return nil, errKeyText.With(i + 1)
		}
		if bytes.Count(key, key[:1]) == KeySize {
			return nil, errKeyWeak.With(i + 1)
		}
		seen[uint16(n)] = true
		keys = append(keys, Key{Version: uint16(n), bytes: [KeySize]byte(key)})
	}
	return keys, nil
}

// decodeKey reads 32 bytes written as hex or as any of the usual base64 forms.
func decodeKey(text string) (key []byte, ok bool) {
	if key, err := hex.DecodeString(text); err == nil && len(key) == KeySize {
		return key, true
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	key, err := base64.RawStdEncoding.DecodeString(text)
	return key, err == nil && len(key) == KeySize
}

// fileText reads the key file, and makes it when there is none.
func fileText(path string) (text string, created bool, err error) {
	text, err = readKeyFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, false, err
	}
	switch err = makeKeyFile(path); {
	case err == nil:
		created = true
	case !errors.Is(err, fs.ErrExist):
		return "", false, errKeyFile.With(path).Wrap(err)
	}
	text, err = readKeyFile(path)
	return text, created, err
}

// readKeyFile checks the permissions of the file it has opened, not of the name,
// so that nobody can swap one for the other in between.
func readKeyFile(path string) (string, error) {
	// Asked first because opening a pipe would wait for its other end.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return "", errKeyFileKind.With(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", errKeyFile.With(path).Wrap(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", errKeyFile.With(path).Wrap(err)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return "", errKeyFileOpen.With(path, perm)
	}
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return "", errKeyFile.With(path).Wrap(err)
	}
	return string(text), nil
}

// makeKeyFile writes a new key beside path and then links it into place, so that
// nobody ever reads half a file and an existing key is never replaced.
func makeKeyFile(path string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(dir, ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	var key [KeySize]byte
	rand.Read(key[:])
	_, err = fmt.Fprintf(draft, "# Baihuo master key. Keep a copy in a safe place, apart from the backups of the data:\n"+
		"# without it no name, phone or address can be read again.\n1:%s\n", base64.StdEncoding.EncodeToString(key[:]))
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
