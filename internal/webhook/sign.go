package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

const (
	secretMark = "whsec_"
	// A secret has 24 to 64 bytes by the specification; we make 32.
	secretMin, secretMax, secretOurs = 24, 64, 32
)

// newSecret makes a secret as it is shown to who opens an endpoint.
func newSecret() string {
	b := make([]byte, secretOurs)
	_, _ = rand.Read(b) // never fails: it would end the process
	return secretMark + base64.StdEncoding.EncodeToString(b)
}

// parseSecret gives the bytes of a secret, and whether it is one.
func parseSecret(text string) (key []byte, ok bool) {
	rest, marked := strings.CutPrefix(text, secretMark)
	key, err := base64.StdEncoding.Strict().DecodeString(rest)
	return key, marked && err == nil && len(key) >= secretMin && len(key) <= secretMax
}

// messageID names an event for its receivers: the same for every endpoint and
// attempt, and never two events by one name. It holds no full stop, which separates
// the parts that are signed.
func messageID(object, version int64) string { return fmt.Sprintf("evt_%d_%d", object, version) }

// sign gives the header webhook-signature: one signature for each key, the newest
// first. second is the time of the attempt.
func sign(keys [][]byte, message string, second int64, body []byte) string {
	all := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(message + "." + strconv.FormatInt(second, 10) + "."))
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}
