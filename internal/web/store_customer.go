package web

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

var (
	errDigits = fault.New(fault.Invalid, "phone_digits", "请输入手机号,或它的后四位", "Type the phone number, or its last four digits")
	errWho    = fault.New(fault.Invalid, "customer_needed", "自提和送货要有顾客的姓名和电话,送货还要有地址;请按 F4 补全",
		"Pick-up and delivery need the customer's name and phone, delivery an address too; press F4")
	errToken = fault.New(fault.Invalid, "customer_token", "顾客信息已失效,没有入账;请取回修改,按 F4 重新选择顾客",
		"The customer's data is no longer valid and nothing was booked; fetch the sale back and choose the customer anew with F4")
)

// purposeCustomer seals whom a sale is for. A till keeps that text instead of the
// person's data, so that a queue in a browser holds nothing personal in the clear.
const purposeCustomer = "till.customer"

// whom is what the sealed text holds: somebody known, or what was typed.
type whom struct {
	Recipient id.Recipient      `json:"r,omitempty"`
	Contact   *customer.Contact `json:"c,omitempty"`
}

// tillPerson is a customer as the till shows one: masks, and the sealed text.
type tillPerson struct {
	Token string `json:"token"`
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Place string `json:"place"`
	// Where: there is an address that goods can be brought to.
	Where bool `json:"where"`
	// Doubt says what a carrier could not work with.
	Doubt string `json:"doubt,omitempty"`
}

func (s *Site) token(w whom) (string, error) {
	text, err := json.Marshal(w)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.cfg.Kit.Keys.Seal(purposeCustomer, string(text))), nil
}

// contactOf opens whom a sale is for. Faults: errToken, and those of a phone.
func (s *Site) contactOf(tx *db.Tx, token string) (c customer.Contact, err error) {
	if letter, outside := strings.CutPrefix(token, "~"); outside {
		return s.readLetter(letter)
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return c, errToken.Wrap(err)
	}
	text, err := s.cfg.Kit.Keys.Open(purposeCustomer, raw)
	if err != nil {
		return c, errToken.Wrap(err)
	}
	var w whom
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return c, errToken.Wrap(err)
	}
	if w.Contact != nil {
		return *w.Contact, nil
	}
	return flow.ContactOf(tx, s.cfg.Kit, w.Recipient)
}

// readLetter opens what a till sealed by itself while there was no network: somebody
// whom nobody has looked at yet. Faults: errToken, and those of a phone.
func (s *Site) readLetter(letter string) (c customer.Contact, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(letter)
	if err != nil {
		return c, errToken.Wrap(err)
	}
	text, err := s.cfg.Kit.Keys.OpenLetter(purposeCustomer, raw)
	if err != nil {
		return c, errToken.Wrap(err)
	}
	var typed struct{ Name, Phone, Detail string }
	if err := json.Unmarshal([]byte(text), &typed); err != nil {
		return c, errToken.Wrap(err)
	}
	if utf8.RuneCountInString(typed.Name) > nameMost || utf8.RuneCountInString(typed.Detail) > placeMost {
		return c, errToken
	}
	if _, err := customer.Whole(typed.Phone); err != nil {
		return c, err
	}
	return customer.Contact{Name: typed.Name, Phone: typed.Phone, Detail: typed.Detail}, nil
}

// nameMost and placeMost are how much the till's inputs take.
const (
	nameMost  = 60
	placeMost = 300
)

// regularsMost is how many known customers a till offers.
const regularsMost = 6

// tillCustomer finds whom a phone or its last four digits belong to, as masks, and
// takes somebody new in when a name is given. Digits come in a form, never in an
// address.
func (s *Site) tillCustomer(v *visit) error {
	form := v.r.PostForm
	phone := strings.TrimSpace(form.Get("phone"))
	digits := strings.NewReplacer(" ", "", "-", "").Replace(phone)
	if strings.Trim(strings.TrimPrefix(digits, "+"), "0123456789") != "" || len(digits) < 4 || len(digits) > 20 {
		return s.tell(v, nil, errDigits)
	}
	if name := strings.TrimSpace(form.Get("name")); name != "" {
		made, err := s.newcomer(v, customer.Contact{Name: name, Phone: phone, Detail: strings.TrimSpace(form.Get("address"))})
		return s.tell(v, map[string]any{"made": made}, err)
	}
	known := []tillPerson{}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := flow.Regulars(tx, s.cfg.Kit, v.caller.Scope, digits, regularsMost)
		for _, r := range list {
			if err != nil {
				return err
			}
			p := tillPerson{Name: r.Name.Mask, Phone: r.Phone.Mask, Place: r.Place, Where: r.Address.Mask != ""}
			p.Token, err = s.token(whom{Recipient: r.ID})
			known = append(known, p)
		}
		return err
	})
	return s.tell(v, map[string]any{"known": known, "whole": len(digits) >= 7}, err)
}

// newcomer seals somebody who was typed in and says what is doubtful of the address.
func (s *Site) newcomer(v *visit, c customer.Contact) (p tillPerson, err error) {
	if _, err := customer.Whole(c.Phone); err != nil {
		return p, err
	}
	read := customer.Prepare(s.cfg.Kit.Keys, "store", customer.BuyerDraft{}, c)
	p = tillPerson{Name: seal.MaskName(c.Name), Phone: seal.MaskPhone(c.Phone), Place: read.Place, Where: c.Detail != ""}
	if read.UnclearZH != "" && c.Detail != "" {
		p.Doubt = pair{read.UnclearZH, read.UnclearEN}.in(v.lang)
	}
	p.Token, err = s.token(whom{Contact: &c})
	return p, err
}
