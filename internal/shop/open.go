package shop

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
)

const textMax = 100

// Open creates the shops, or changes those whose code exists, and gives them as
// they now stand. All or none: ErrInvalid names every wrong field of every shop
// as "CODE.field"; ErrCurrencyFixed refuses another currency. A shop that
// changes in nothing is left alone. ID, Version and CreatedAt are not read.
func Open(tx *db.Tx, shops []Shop) ([]Shop, error) {
	wanted := slices.Clone(shops)
	if err := check(wanted); err != nil {
		return nil, err
	}
	codes := make([]string, len(wanted))
	for i, s := range wanted {
		codes[i] = s.Code
	}
	there, err := lock(tx, codes)
	if err != nil {
		return nil, err
	}
	var fresh, changed []Shop
	for i, s := range wanted {
		old, exists := there[s.Code]
		switch {
		case !exists:
			s.ID, s.Version, s.CreatedAt = id.Shop(tx.NewID()), 1, tx.Now()
			fresh = append(fresh, s)
		case old.Currency != s.Currency:
			return nil, ErrCurrencyFixed.With(s.Code)
		default:
			s.ID, s.Version, s.CreatedAt = old.ID, old.Version, old.CreatedAt
			if s != old {
				s.Version++
				changed = append(changed, s)
			}
		}
		wanted[i] = s
	}
	return wanted, save(tx, fresh, changed)
}

// check folds the codes and names in place and refuses what cannot stand.
func check(shops []Shop) error {
	bad, seen := ErrInvalid, map[string]bool{}
	for i := range shops {
		s := &shops[i]
		s.Code, s.Name, s.Platform = Fold(s.Code), strings.TrimSpace(s.Name), strings.TrimSpace(s.Platform)
		wrong := func(field, zh, en string) { bad = bad.Field(label(s.Code)+"."+field, zh, en) }
		for _, text := range []struct{ field, value string }{{"code", s.Code}, {"name", s.Name}, {"platform", s.Platform}} {
			if !storable(text.value) {
				wrong(text.field, "必填，最多 100 个字，不能含看不见的空字符", "needed: at most 100 characters, without NUL")
			}
		}
		if seen[s.Code] {
			wrong("code", "这批里有两个店铺用了同一个编号，请改掉一个", "two shops of this batch have the same code; change one")
		}
		seen[s.Code] = true
		if !s.Kind.Known() {
			wrong("kind", "类型只能是 online、web、store 或 counter", "the kind is one of online, web, store and counter")
		}
		if _, known := s.Currency.Exponent(); !known {
			wrong("currency", money.ErrCurrency.ZH, money.ErrCurrency.EN)
		}
		if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "" || s.TimeZone == "Local" {
			wrong("time_zone", "不认识这个时区，请写 IANA 名称，例如 Asia/Shanghai",
				"the time zone is not known; write an IANA name such as Asia/Shanghai")
		}
	}
	return fieldsOrNil(bad)
}

func storable(text string) bool {
	return text != "" && utf8.ValidString(text) && !strings.ContainsRune(text, 0) &&
		utf8.RuneCountInString(text) <= textMax
}

// label keeps a wrong code from filling the report.
func label(code string) string {
	if !storable(code) {
		return "?"
	}
	return code
}

// lock gives the existing shops of codes, locked in the order of their ids.
func lock(tx *db.Tx, codes []string) (map[string]Shop, error) {
	there, err := ByCode(tx, codes)
	if err != nil || len(there) == 0 {
		return there, err
	}
	ids := make([]id.Shop, 0, len(there))
	for _, s := range there {
		ids = append(ids, s.ID)
	}
	if _, err := db.Lock(tx, "shops", "shop_id", ids); err != nil {
		return nil, err
	}
	return ByCode(tx, codes) // as they are now that nobody else changes them
}

func save(tx *db.Tx, fresh, changed []Shop) error {
	insert := tx.Batch(`/* shop.Open */ INSERT INTO shops (` + columns + `) VALUES {rows} ON CONFLICT DO NOTHING`)
	slices.SortFunc(fresh, func(a, b Shop) int { return strings.Compare(a.Code, b.Code) })
	for _, s := range fresh {
		insert.Add(int64(s.ID), s.Code, s.Name, s.Platform, string(s.Kind), string(s.Currency), s.TimeZone,
			s.ReserveUnpaid, s.Promises, s.Version, int64(s.CreatedAt))
		note(tx, s, "shop_opened")
	}
	if n, err := insert.Run(); err != nil {
		return err
	} else if n < int64(len(fresh)) {
		return db.ErrAgain // another node opened the same code meanwhile
	}
	for _, s := range changed {
		_, err := tx.Exec(`/* shop.Open */ UPDATE shops SET name = $1, platform = $2, kind = $3, time_zone = $4,
			reserve_unpaid = $5, promises = $6, version = $7 WHERE shop_id = $8`,
			s.Name, s.Platform, string(s.Kind), s.TimeZone, s.ReserveUnpaid, s.Promises, s.Version, int64(s.ID))
		if err != nil {
			return err
		}
		note(tx, s, "shop_changed")
	}
	return nil
}

func note(tx *db.Tx, s Shop, what string) {
	journal.Write(tx, journal.Entry{Kind: "shop", ID: int64(s.ID), Version: s.Version, What: what,
		Payload: journal.JSON(map[string]any{
			"code": s.Code, "name": s.Name, "platform": s.Platform, "kind": s.Kind, "currency": s.Currency,
			"time_zone": s.TimeZone, "reserve_unpaid": s.ReserveUnpaid, "promises": s.Promises,
		})})
}
