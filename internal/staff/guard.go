package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"baihuo/internal/db"
	"baihuo/internal/seal"
)

// Cost is the price of one password hash. The zero Cost is the house's: 64 MiB,
// three passes (RFC 9106's second choice), about a quarter of a second.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
}

const (
	// Hashes under way are few: each takes memory. Who bears a known device's mark has
	// places of their own, so that strangers who fill theirs keep nobody of ours out.
	hashesOfStrangers = 2
	hashesOfKnown     = 2
	// hashPatience is how long a try waits for its place.
	hashPatience = 5 * time.Second
)

// Guard is what signing in works with besides the database. It is safe for
// concurrent use.
type Guard struct {
	keys     *seal.Keyring
	cost     Cost
	wall     func() time.Time
	random   io.Reader
	patience time.Duration
	strange  gate
	known    gate
	dummy    string // what an unknown name's password is compared with
}

// NewGuard makes a guard. wall is the real clock; random is where secrets come
// from, crypto/rand.Reader when nil.
func NewGuard(keys *seal.Keyring, wall func() time.Time, random io.Reader, cost Cost) *Guard {
	if cost == (Cost{}) {
		cost = Cost{MemoryKiB: 64 << 10, Passes: 3}
	}
	if random == nil {
		random = rand.Reader
	}
	g := &Guard{keys: keys, cost: cost, wall: wall, random: random, patience: hashPatience,
		strange: make(gate, hashesOfStrangers), known: make(gate, hashesOfKnown)}
	g.dummy = g.hash("nobody's password")
	return g
}

const guardText = "[guard]"

// String shows nothing of it: it holds the keyring.
func (g *Guard) String() string { return guardText }

// Format shows nothing of it, whatever the verb.
func (g *Guard) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, guardText) }

// LogValue shows nothing of it.
func (g *Guard) LogValue() slog.Value { return slog.StringValue(guardText) }

func (g *Guard) now() db.Instant { return db.At(g.wall()) }

func (g *Guard) draw(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(g.random, b); err != nil {
		panic("staff: no randomness: " + err.Error()) // nothing safe can be done without
	}
	return b
}

// secret gives 256 random bits as text.
func (g *Guard) secret() string { return base64.RawURLEncoding.EncodeToString(g.draw(32)) }

// digest is what the database holds of a secret. Secrets are random, so a plain
// hash cannot be turned back.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// gate lets so many in at once.
type gate chan struct{}

// enter waits for a place, at most for patience. Fault: ErrGateFull.
func (g gate) enter(ctx context.Context, patience time.Duration) (leave func(), err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	select {
	case g <- struct{}{}:
		return func() { <-g }, nil
	case <-ctx.Done():
		return nil, ErrGateFull
	}
}

// hash gives a password as PHC text: argon2id with its parameters.
func (g *Guard) hash(password string) string {
	salt := g.draw(16)
	sum := argon2.IDKey(plain(password), salt, g.cost.Passes, g.cost.MemoryKiB, 1, 32)
	code := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, g.cost.MemoryKiB, g.cost.Passes, code(salt), code(sum))
}

// plain makes one password of the ways to type it: an input method's full-width
// digits are digits.
func plain(password string) []byte { return []byte(norm.NFKC.String(password)) }

// matches compares a password with a hash; with an empty one, which nothing matches,
// it takes as long. Fault: ErrGateFull.
func (g *Guard) matches(ctx context.Context, in gate, password, hash string) (bool, error) {
	leave, err := in.enter(ctx, g.patience)
	if err != nil {
		return false, err
	}
	defer leave()
	if hash == "" {
		_, err := verify(password, g.dummy)
		return false, err
	}
	return verify(password, hash)
}

func verify(password, hash string) (bool, error) {
	h, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	sum := argon2.IDKey(plain(password), h.salt, h.passes, h.memory, 1, uint32(len(h.sum)))
	return subtle.ConstantTimeCompare(sum, h.sum) == 1, nil
}

type hashed struct {
	memory, passes uint32
	salt, sum      []byte
}

// parseHash reads what hash wrote.
func parseHash(text string) (h hashed, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return h, fmt.Errorf("staff: a stored password is no argon2id hash")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=1", &version, &h.memory, &h.passes); err != nil {
		return h, fmt.Errorf("staff: parameters of a stored password: %w", err)
	}
	if version != argon2.Version || h.passes == 0 || h.memory == 0 {
		return h, fmt.Errorf("staff: parameters of a stored password")
	}
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return h, fmt.Errorf("staff: salt of a stored password: %w", err)
	}
	if h.sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(h.sum) < 16 || len(h.salt) < 8 {
		return h, fmt.Errorf("staff: sum of a stored password: %w", err)
	}
	return h, nil
}
