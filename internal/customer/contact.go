package customer

import (
	"fmt"
	"io"
	"strings"

	"baihuo/internal/customer/address"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// Contact is a recipient in the clear: who, which phone, where.
type Contact struct {
	Name     string
	Phone    string
	Province string
	City     string
	District string
	Town     string
	// Detail is the rest of the address, or all of it where the parts are empty.
	Detail string
	// OpaqueID stands for a recipient whose data the platform masks (OAID).
	OpaqueID string
}

// Format prints the contact as masks, whatever the verb.
func (c Contact) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, strings.TrimSpace(seal.MaskName(c.Name)+" "+seal.MaskPhone(c.Phone)))
}

// Empty says that nothing is known of the recipient.
func (c Contact) Empty() bool { return c == Contact{} }

// BuyerDraft is the buyer as the channel knows them: a nickname, and an opaque
// id where the channel has one. Both empty means nobody known.
type BuyerDraft struct {
	Name string
	ID   string
}

// Format prints the buyer as a mask, whatever the verb.
func (b BuyerDraft) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, seal.MaskName(b.Name)) }

// The purposes under which personal values are sealed and digested.
const (
	purposeName    = "recipient.name"
	purposePhone   = "recipient.phone"
	purposeAddress = "recipient.address"
	purposeBuyer   = "buyer.name"
	purposeBuyerID = "buyer.id"
	digestPhone    = "digest.phone"
	digestTail     = "digest.phone.tail"
	tailSize       = 6
	digestSame     = "digest.recipient"
	digestBuyer    = "digest.buyer"
	digestErased   = "digest.erased"
)

// The words in Party.Issues.
const (
	IssueNameMissing    = "name_missing"
	IssuePhoneMissing   = "phone_missing"
	IssuePhoneMalformed = "phone_malformed"
	IssuePhoneMasked    = "phone_masked"
	IssueAddressMissing = "address_missing"
	IssueAddressUnclear = "address_unclear"
	IssueAddressMasked  = "address_masked"
	IssueDetailMissing  = "detail_missing"
)

// Party is a buyer and a recipient, sealed and read, ready to be written.
type Party struct {
	Buyer     id.Buyer // set by Buyers; 0 for nobody known
	Recipient id.Recipient
	Platform  string
	// BuyerDigest knows the buyer again; nil for nobody known.
	BuyerDigest []byte
	BuyerName   seal.Text
	// buyerID is what the digest was made of, where that is not the name.
	buyerID []byte

	Name    seal.Text
	Phone   seal.Text
	Address seal.Text
	// Digest is equal for the same name, phone and parsed address, or for the
	// same opaque id.
	Digest     []byte
	phoneIndex []byte
	OpaqueID   string
	// Both digests again under each key held, the newest first.
	buyerDigests, digests [][]byte
	keys                  *seal.Keyring
	// made: the buyer was entered by this transaction.
	made bool
	// Region is the division code as far as it is known: 6, 4, 2 digits or none.
	Region string
	// Place is the division in words, 浙江省杭州市余杭区: no personal text.
	Place string
	// Issues are what a person may have to mend, one of the Issue words each.
	Issues []string
	// Unclear is the address reader's sentence in both languages, where the
	// issue is the address.
	UnclearZH, UnclearEN string
	// Blacklisted says why the buyer is on the black list; set by Buyers.
	Blacklisted string
}

// Prepare seals and reads one buyer and one contact. It is pure work of some
// tens of microseconds and belongs outside a transaction.
func Prepare(keys *seal.Keyring, platform string, buyer BuyerDraft, c Contact) *Party {
	p := &Party{Platform: platform, OpaqueID: c.OpaqueID, keys: keys}
	if who := firstOf(buyer.ID, buyer.Name); who != "" {
		p.buyerDigests = keys.Digests(digestBuyer, platform, who)
		p.BuyerDigest = p.buyerDigests[0]
		p.BuyerName = keys.SealText(purposeBuyer, firstOf(buyer.Name, buyer.ID), seal.MaskName)
		if buyer.Name != "" && buyer.Name != who {
			p.buyerID = keys.Seal(purposeBuyerID, who)
		}
	}
	if c.Empty() {
		p.Digest, p.phoneIndex = []byte{}, []byte{}
		p.Issues = []string{IssueNameMissing, IssuePhoneMissing, IssueAddressMissing}
		return p
	}
	where := address.ParseParts(c.Province, c.City, c.District, c.Town, c.Detail)
	phone := address.ParsePhone(c.Phone)
	p.Region = where.Code
	p.Place = where.Province + where.City + where.District
	if where.City == where.Province { // a municipality is both; it is read once
		p.Place = where.Province + where.District
	}
	p.Name = keys.SealText(purposeName, c.Name, seal.MaskName)
	p.Phone = keys.SealText(purposePhone, c.Phone, seal.MaskPhone)
	full := where.Province + where.City + where.District + where.Street + where.Detail
	p.Address = keys.SealText(purposeAddress, full, seal.MaskAddress)
	p.phoneIndex = phoneIndex(keys, phone)
	p.digests = sameRecipient(keys, platform, c, phone, where)
	p.Digest = p.digests[0]
	p.issues(c, phone, where)
	return p
}

// Digests gives Digest as each key held makes it, the newest first: a row that was
// written before the key was changed is compared with all of them.
func (p *Party) Digests() [][]byte { return p.digests }

func sameRecipient(keys *seal.Keyring, platform string, c Contact, phone address.Phone, where address.Parsed) [][]byte {
	if c.OpaqueID != "" {
		return keys.Digests(digestSame, "opaque", platform, c.OpaqueID)
	}
	return keys.Digests(digestSame, strings.TrimSpace(c.Name), phone.Number, phone.Extension, address.Key(where))
}

// phoneIndex gives the one search index of a phone: a digest of its last four
// digits and then one of the whole number, so that both searches are a range of
// it. A virtual number belongs to many people, so it indexes nobody.
func phoneIndex(keys *seal.Keyring, phone address.Phone) []byte {
	if !indexed(phone) {
		return []byte{}
	}
	return phoneIndexes(keys, phone.Number)[0]
}

func indexed(phone address.Phone) bool {
	return len(phone.Number) >= 7 && phone.Kind != address.PhoneVirtual && phone.Diallable()
}

// phoneIndexes gives the index of a number under each key held, the newest first.
func phoneIndexes(keys *seal.Keyring, number string) [][]byte {
	all, whole := tailIndexes(keys, number), keys.Digests(digestPhone, number)
	for i := range all {
		all[i] = append(all[i], whole[i]...)
	}
	return all
}

func tailIndexes(keys *seal.Keyring, number string) [][]byte {
	all := keys.Digests(digestTail, number[len(number)-4:])
	for i := range all {
		all[i] = all[i][:tailSize:tailSize]
	}
	return all
}

// issues notes what a carrier could not work with. What a platform masks on
// purpose is no issue: its label prints through the platform.
func (p *Party) issues(c Contact, phone address.Phone, where address.Parsed) {
	add := func(word string) { p.Issues = append(p.Issues, word) }
	opaque := c.OpaqueID != ""
	if strings.TrimSpace(c.Name) == "" {
		add(IssueNameMissing)
	}
	switch {
	case strings.TrimSpace(c.Phone) == "":
		add(IssuePhoneMissing)
	case phone.Kind == address.PhoneMasked && !opaque:
		add(IssuePhoneMasked)
	case phone.Kind == address.PhoneMalformed:
		add(IssuePhoneMalformed)
	}
	switch {
	case c.Province+c.City+c.District+c.Town+c.Detail == "":
		add(IssueAddressMissing)
	case where.Masked() && !opaque:
		add(IssueAddressMasked)
	case where.Confidence != address.High:
		add(IssueAddressUnclear)
		p.UnclearZH, p.UnclearEN = where.Reasons.Main().ZH(), where.Reasons.Main().EN()
	case strings.TrimSpace(where.Detail+where.Street) == "":
		add(IssueDetailMissing)
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
