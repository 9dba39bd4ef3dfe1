package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"baihuo/internal/db"
	"baihuo/internal/seal"
)

// Cost is the price of one password hash. The zero Cost is the house's: 64 MiB,
// three passes (RFC 9106's second choice), about a quarter of a second.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
}

// hashesAtOnce bounds the memory of all hashes under way.
const hashesAtOnce = 4

// Guard is what signing in works with besides the database. It is safe for
// concurrent use.
type Guard struct {
	keys   *seal.Keyring
	cost   Cost
	wall   func() time.Time
	random io.Reader
	gate   chan struct{}
	dummy  string // what an unknown name's password is compared with
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
	g := &Guard{keys: keys, cost: cost, wall: wall, random: random, gate: make(chan struct{}, hashesAtOnce)}
	g.dummy = g.hash("nobody's password")
	return g
}

func (g *Guard) now() db.Instant { return db.At(g.wall()) }

// secret gives 256 random bits as text.
func (g *Guard) secret() string {
	b := make([]byte, 32)
	if _, err := io.ReadFull(g.random, b); err != nil {
		panic("staff: no randomness: " + err.Error()) // nothing safe can be done without
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what the database holds of a secret. Secrets are random, so a plain
// hash cannot be turned back.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// hash gives a password as PHC text: argon2id with its parameters.
func (g *Guard) hash(password string) string {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(g.random, salt); err != nil {
		panic("staff: no randomness: " + err.Error())
	}
	sum := argon2.IDKey([]byte(password), salt, g.cost.Passes, g.cost.MemoryKiB, 1, 32)
	code := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, g.cost.MemoryKiB, g.cost.Passes, code(salt), code(sum))
}

// matches compares a password with a hash, in the same time whatever the answer. It
// refuses with ErrGateFull when too many hashes are under way.
func (g *Guard) matches(password, hash string) (bool, error) {
	select {
	case g.gate <- struct{}{}:
		defer func() { <-g.gate }()
	default:
		return false, ErrGateFull
	}
	known := hash != ""
	if !known {
		hash = g.dummy
	}
	var version int
	var memory, passes uint32
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false, nil
	}
	_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=1", &version, &memory, &passes)
	salt, err2 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err3 := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err2 != nil || err3 != nil {
		return false, nil
	}
	sum := argon2.IDKey([]byte(password), salt, passes, memory, 1, uint32(len(want)))
	return subtle.ConstantTimeCompare(sum, want) == 1 && known, nil
}

const (
	passwordMin = 10
	passwordMax = 128
)

// checkPassword refuses passwords that are guessed first.
func checkPassword(p Person, password string) error {
	n := utf8.RuneCountInString(password)
	plain := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password) || n < passwordMin:
		return ErrPassword.With(fmt.Sprintf("至少 %d 个字符,越长越好 / at least %d characters, longer is better", passwordMin, passwordMin))
	case n > passwordMax:
		return ErrPassword.With(fmt.Sprintf("最多 %d 个字符 / at most %d characters", passwordMax, passwordMax))
	case p.Login != "" && strings.Contains(plain, p.Login):
		return ErrPassword.With("不要包含账号 / it holds your sign-in name")
	case monotone(plain) || common(plain):
		return ErrPassword.With("太常见,最先被猜到 / it is common and guessed first")
	}
	return nil
}

// monotone finds rows of one character or of neighbours: aaaaaaaaaa, 1234567890.
func monotone(text string) bool {
	runes := []rune(text)
	same, up, down := 0, 0, 0
	for i := 1; i < len(runes); i++ {
		switch d := runes[i] - runes[i-1]; {
		case d == 0:
			same++
		case d == 1 || runes[i-1] == '9' && runes[i] == '0':
			up++
		case d == -1:
			down++
		}
	}
	return max(same, up, down) >= len(runes)-2
}

// common finds the words that lists of leaked passwords begin with, whatever
// digits and marks stand around them.
func common(text string) bool {
	bare := strings.Trim(text, "0123456789!@#$%^&*._-+= ")
	for _, word := range []string{"", "password", "passw0rd", "p@ssword", "p@ssw0rd", "admin", "administrator", "qwerty", "qwertyuiop",
		"asdfghjkl", "zxcvbnm", "letmein", "welcome", "iloveyou", "woaini", "baihuo", "taobao", "abc", "a", "aa", "test", "root", "user",
		"qazwsx", "qazwsxedc", "monkey", "dragon", "changeme", "secret"} {
		if bare == word {
			return true
		}
	}
	return false
}
