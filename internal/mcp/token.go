package mcp

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/seal"
)

// TokenLives is how long a preview may be acted upon.
const TokenLives = time.Minute

// actKept is how long the same token hears the same answer.
const actKept = 24 * time.Hour

const purposeToken = "mcp.token"

// asked is a call of a command: who, which tool, with what.
type asked struct {
	actor, tool string
	// args are the arguments without the token, in one spelling.
	args string
}

// spell writes arguments in one spelling and without the token.
func spell(raw json.RawMessage) (string, error) {
	var args map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // a number is not to lose its digits
	if err := d.Decode(&args); err != nil {
		return "", err
	}
	delete(args, "token")
	text, err := json.Marshal(args)
	return string(text), err
}

// token is what a preview hands out: the instant it lapses, the version of what was
// previewed, chance, and the digest that ties it to the call.
type token struct {
	lapses  db.Instant
	version int64
	chance  [12]byte
}

const (
	digestLen = 16
	tokenLen  = 8 + 8 + 12 + digestLen
)

func newToken(wall time.Time, version int64) (t token) {
	t.lapses, t.version = db.At(wall.Add(TokenLives)), version
	_, _ = rand.Read(t.chance[:]) // never fails
	return t
}

func (t token) body() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.lapses))
	return append(binary.BigEndian.AppendUint64(b, uint64(t.version)), t.chance[:]...)
}

func (a asked) parts(body []byte) []string {
	return []string{a.actor, a.tool, a.args, hex.EncodeToString(body)}
}

// seal writes a token for a call.
func (a asked) seal(keys *seal.Keyring, t token) string {
	body := t.body()
	return base64.RawURLEncoding.EncodeToString(append(body, keys.Digest(purposeToken, a.parts(body)...)...))
}

// open reads a token for a call. Fault: ErrToken.
func (a asked) open(keys *seal.Keyring, text string) (t token, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != tokenLen {
		return t, ErrToken
	}
	body, sum := b[:tokenLen-digestLen], b[tokenLen-digestLen:]
	// A node may hold one key more than the one that made the token.
	if !slices.ContainsFunc(keys.Digests(purposeToken, a.parts(body)...), func(d []byte) bool { return subtle.ConstantTimeCompare(d, sum) == 1 }) {
		return t, ErrToken
	}
	t.lapses, t.version = db.Instant(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))
	copy(t.chance[:], b[16:])
	return t, nil
}

// claim takes a token for this transaction, or gives what it led to before.
func claim(tx *db.Tx, text string) (answer string, fresh bool, err error) {
	digest := tokenDigest(text)
	n, err := tx.Exec(`/* mcp.claim */ INSERT INTO mcp_acts (token_digest, created_at) VALUES ($1, $2) ON CONFLICT (token_digest) DO NOTHING`,
		digest, tx.Now())
	if err != nil || n == 1 {
		return "", n == 1, err
	}
	_, err = tx.One(`/* mcp.claim */ SELECT answer FROM mcp_acts WHERE token_digest = $1`, []any{&answer}, digest)
	return answer, false, err
}

// settle keeps what a token led to.
func settle(tx *db.Tx, text, answer string) error {
	_, err := tx.Exec(`/* mcp.settle */ UPDATE mcp_acts SET answer = $1 WHERE token_digest = $2`, answer, tokenDigest(text))
	return err
}

func tokenDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ForgetActs deletes what tokens led to a day ago and earlier, up to limit, and gives
// their number. Those tokens have lapsed.
func ForgetActs(tx *db.Tx, limit int) (int, error) {
	n, err := tx.Exec(`/* mcp.ForgetActs */ DELETE FROM mcp_acts WHERE token_digest IN (
		SELECT token_digest FROM mcp_acts WHERE created_at < $1 ORDER BY created_at, token_digest LIMIT `+strconv.Itoa(limit)+`)`,
		tx.Now().Add(-actKept))
	return int(n), err
}
