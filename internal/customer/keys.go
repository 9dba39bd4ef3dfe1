package customer

import (
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/seal"
)

// The settings of the house about its master keys.
const (
	// settingKeys: the fingerprints of the keys that some value may still need.
	settingKeys = "master_key"
	// settingDigest: the version that the digest of a new buyer is made with. One buyer
	// must not be entered under two, so all nodes change it at one moment.
	settingDigest = "digest_version"
)

// AdmitKeys says at the start of a node whether its master keys are the database's, and
// notes those that are new: what this node seals from now on needs them. A key older
// than those in use is not missed. Faults: ErrKeyMissing, ErrKeyDiffers.
func AdmitKeys(tx *db.Tx, keys *seal.Keyring) error {
	text, err := db.Setting(tx, settingKeys)
	if err != nil {
		return err
	}
	known := fingerprints(text)
	newest := 0
	for version, print := range known {
		switch held := keys.FingerprintOf(uint16(version)); {
		case held == "":
			return ErrKeyMissing.With(version)
		case held != print:
			return ErrKeyDiffers.With(version, held, print)
		}
		newest = max(newest, version)
	}
	for _, version := range keys.Versions() {
		if newest == 0 || int(version) > newest {
			known[int(version)] = keys.FingerprintOf(version)
		}
	}
	if now := joined(known); now != text {
		return db.SetSetting(tx, settingKeys, now)
	}
	return nil
}

func fingerprints(text string) map[int]string {
	known := map[int]string{}
	for _, print := range strings.Split(text, ",") {
		if version, _, ok := strings.Cut(print, ":"); ok {
			n, _ := strconv.Atoi(version)
			known[n] = print
		}
	}
	return known
}

func joined(known map[int]string) string {
	var versions []int
	for v := range known {
		versions = append(versions, v)
	}
	slices.Sort(versions)
	prints := make([]string, len(versions))
	for i, v := range versions {
		prints[i] = known[v]
	}
	return strings.Join(prints, ",")
}

// TurnDigests makes the newest key the one for the digests of new buyers, on all nodes
// at once. Every node must hold it by then.
func TurnDigests(tx *db.Tx, keys *seal.Keyring) error {
	return db.SetSetting(tx, settingDigest, strconv.Itoa(int(keys.Newest())))
}

// DropKeys notes that no value needs a key older than the newest any more.
func DropKeys(tx *db.Tx, keys *seal.Keyring) error {
	return db.SetSetting(tx, settingKeys, keys.FingerprintOf(keys.Newest()))
}

// digestSlot gives the place, newest first, of the key for the digest of a new buyer.
// It is asked before buyers are looked up: until this transaction ends nobody turns it.
func digestSlot(tx *db.Tx, keys *seal.Keyring) (int, error) {
	versions := keys.Versions()
	oldest := versions[len(versions)-1]
	text, err := db.ShareSetting(tx, settingDigest, strconv.Itoa(int(oldest)))
	if err != nil {
		return 0, err
	}
	version, _ := strconv.Atoi(text)
	at := slices.Index(versions, uint16(version))
	if at < 0 {
		return 0, ErrKeyMissing.With(version)
	}
	return at, nil
}
