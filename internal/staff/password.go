package staff

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

const (
	passwordMin = 10
	passwordMax = 128
	// alikeMin is how many different characters a password holds at least.
	alikeMin = 5
)

// SetPassword gives a person a new password, proved by the old one, whose guesses are
// charged. Every session of the person ends: the door opens a new one. Faults:
// ErrPassword, ErrSignIn, ErrWait, ErrGateFull, ErrMissing.
func (g *Guard) SetPassword(ctx context.Context, d *db.DB, n id.Staff, old, fresh string) error {
	by := db.By{Actor: n.String(), Cause: "password"}
	tries := []bucket{personBucket(n)}
	var p Person
	err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
		if p, err = Get(tx, n); err != nil {
			return err
		}
		if err := checkPassword(p, fresh); err != nil {
			return err
		}
		return charge(tx, g.now(), tries)
	})
	if err != nil {
		return err
	}
	right, hash, err := g.replace(ctx, old, p.password, fresh)
	if err != nil {
		return giveBack(ctx, d, by, tries, err)
	}
	if !right {
		return ErrSignIn
	}
	return d.Write(context.WithoutCancel(ctx), by, func(tx *db.Tx) error {
		now, err := lock(tx, n)
		if err != nil {
			return err
		}
		if now.password != p.password || now.DisabledAt != 0 {
			return ErrSignIn
		}
		if err := refund(tx, tries); err != nil {
			return err
		}
		return savePassword(tx, n, hash)
	})
}

// replace compares the old password and hashes the new one where it was right.
func (g *Guard) replace(ctx context.Context, old, stored, fresh string) (right bool, hash string, err error) {
	if right, err = g.matches(ctx, g.known, old, stored); err != nil || !right {
		return false, "", err
	}
	leave, err := g.known.enter(ctx, g.patience)
	if err != nil {
		return false, "", err
	}
	defer leave()
	return true, g.hash(fresh), nil
}

// savePassword writes a hash; what the old password or a link opened is shut.
func savePassword(tx *db.Tx, n id.Staff, hash string) error {
	if _, err := tx.Exec(`/* staff.savePassword */ UPDATE staff SET password = $1 WHERE staff_id = $2`, hash, n); err != nil {
		return err
	}
	if err := dropLinks(tx, n); err != nil {
		return err
	}
	if err := endSessions(tx, n); err != nil {
		return err
	}
	return note(tx, n, "password_set", nil)
}

// checkPassword refuses passwords that are guessed first.
func checkPassword(p Person, password string) error {
	text := strings.ToLower(string(plain(password)))
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(password) || n < passwordMin:
		return ErrPassword.With(fmt.Sprintf("至少 %d 个字符,越长越好 / at least %d characters, longer is better", passwordMin, passwordMin))
	case n > passwordMax:
		return ErrPassword.With(fmt.Sprintf("最多 %d 个字符 / at most %d characters", passwordMax, passwordMax))
	case holdsLogin(text, p.Login):
		return ErrPassword.With("不要包含账号 / it holds your sign-in name")
	case monotone(text) || common(text):
		return ErrPassword.With("太常见,最先被猜到 / it is common and guessed first")
	}
	return nil
}

// holdsLogin finds a sign-in name in a password; one of two or three letters only when
// little else stands beside it, for those stand in many words.
func holdsLogin(text, login string) bool {
	switch {
	case login == "":
		return false
	case utf8.RuneCountInString(login) < 4:
		return strings.Trim(text, digitsAndMarks) == login
	}
	return strings.Contains(text, login)
}

// monotone finds few different characters and rows of neighbours: abcabcabcabc,
// 1234567890.
func monotone(text string) bool {
	runes, different := []rune(text), map[rune]bool{}
	up, down := 0, 0
	for i, r := range runes {
		different[r] = true
		if i == 0 {
			continue
		}
		switch d := r - runes[i-1]; {
		case d == 1 || runes[i-1] == '9' && r == '0':
			up++
		case d == -1 || runes[i-1] == '0' && r == '9':
			down++
		}
	}
	return len(different) < alikeMin || max(up, down) >= len(runes)-2
}

const digitsAndMarks = "0123456789!@#$%^&*._-+= "

// common finds the words that lists of leaked passwords begin with, whatever
// digits and marks stand around them.
func common(text string) bool {
	bare := strings.Trim(text, digitsAndMarks)
	for _, word := range []string{"", "password", "passw0rd", "p@ssword", "p@ssw0rd", "admin", "administrator", "qwerty", "qwertyuiop",
		"asdfghjkl", "zxcvbnm", "letmein", "welcome", "iloveyou", "woaini", "baihuo", "taobao", "abc", "a", "aa", "test", "root", "user",
		"qazwsx", "qazwsxedc", "monkey", "dragon", "changeme", "secret"} {
		if bare == word {
			return true
		}
	}
	return false
}
