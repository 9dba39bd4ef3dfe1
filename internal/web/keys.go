package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// keyRow is one API key of the list.
type keyRow struct {
	ID, Name, Prefix, Kind, Scope, Addresses, By, State, Class string
	Made, Used, Expires                                        stamp
	Live, Mine                                                 bool
}

// keyLives are the lives that a form offers, in days; 0 is until revoked.
var keyLives = []int{30, 90, 365, 0}

// keys lists the keys of machines, the newest first.
func (s *Site) keys(v *visit) error {
	return s.showKeys(v, http.StatusOK, staff.KeyDraft{Lives: 90 * 24 * time.Hour}, "", nil)
}

// showKeys shows the list and the form, filled with a draft; secret is a key made just
// now.
func (s *Site) showKeys(v *visit, status int, d staff.KeyDraft, secret string, c *complaint) error {
	var list []staff.Key
	var names map[string]string
	var now db.Instant
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if list, err = staff.ListKeys(tx); err != nil {
			return err
		}
		var actors []string
		for _, k := range list {
			actors = append(actors, k.CreatedBy)
		}
		names, err = staff.Names(tx, actors)
		return err
	})
	if err != nil {
		return err
	}
	where, err := s.places(v)
	if err != nil {
		return err
	}
	var rows []keyRow
	for _, k := range list {
		rows = append(rows, s.keyRow(v, k, where, names, now))
	}
	var kinds, lives []choice
	for _, r := range staff.Roles() {
		if r.Machine {
			kinds = append(kinds, choice{Value: r.Code, Label: pair{r.ZH, r.EN}.in(v.lang), Chosen: r.Code == d.Kind,
				Off: r.Careful && !slices.Contains(v.caller.Roles, "owner")})
		}
	}
	for _, days := range keyLives {
		label := v.word("key_forever")
		if days > 0 {
			label = v.fill("key_days", days)
		}
		lives = append(lives, choice{Value: strconv.Itoa(days), Label: label, Chosen: d.Lives == time.Duration(days)*24*time.Hour})
	}
	return s.render(v, status, "keys", map[string]any{"Title": v.word("keys"), "FormKey": formKey(), "Complaint": c, "Secret": secret, "Rows": rows,
		"D": d, "Addresses": strings.Join(d.Addresses, "\n"), "Kinds": kinds, "Lives": lives, "Scope": where.form(v, d.Scope)})
}

func (s *Site) keyRow(v *visit, k staff.Key, where places, names map[string]string, now db.Instant) keyRow {
	wall := db.At(s.cfg.Wall()) // a key's end and last use are a matter of the real clock
	r := keyRow{ID: k.ID.String(), Name: k.Name, Prefix: k.Prefix, Kind: pair{k.Kind.ZH, k.Kind.EN}.in(v.lang), Scope: where.words(v, k.Scope),
		By: names[k.CreatedBy], Made: v.stampOf(k.CreatedAt, now, houseZone), Used: v.stampOf(k.UsedAt, wall, houseZone),
		Expires: v.stampOf(k.ExpiresAt, wall, houseZone), Mine: k.Scope.Within(v.caller.Scope)}
	if r.By == "" {
		r.By = v.actor(k.CreatedBy)
	}
	var addresses []string
	for _, p := range k.Addresses {
		text := p.String()
		if p.IsSingleIP() {
			text = p.Addr().String()
		}
		addresses = append(addresses, text)
	}
	r.Addresses = strings.Join(addresses, " ")
	switch {
	case k.RevokedAt != 0:
		r.State, r.Class = v.word("key_revoked"), "plain"
	case k.ExpiresAt != 0 && k.ExpiresAt <= wall:
		r.State, r.Class = v.word("key_expired"), "review"
	default:
		r.State, r.Class, r.Live = v.word("key_live"), "out", true
	}
	return r
}

// makeKey makes a key and shows it, once.
func (s *Site) makeKey(v *visit) error {
	where, err := s.places(v)
	if err != nil {
		return err
	}
	form := v.r.PostForm
	days, err := strconv.Atoi(form.Get("lives"))
	if err != nil || !slices.Contains(keyLives, days) {
		return errForm
	}
	d := staff.KeyDraft{Name: form.Get("name"), Kind: form.Get("kind"), Scope: where.scopeOf(form), Addresses: strings.Fields(form.Get("addresses")),
		Lives: time.Duration(days) * 24 * time.Hour}
	secret := ""
	_, fresh, err := s.once(v, func(tx *db.Tx) (_ string, err error) {
		_, secret, err = s.cfg.Guard.MakeKey(tx, v.caller, d)
		return "/keys", err
	})
	if err == nil && !fresh {
		err = errFormSent
	}
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showKeys(v, status, d, "", c)
	}
	return s.showKeys(v, http.StatusOK, staff.KeyDraft{Lives: 90 * 24 * time.Hour}, secret, nil)
}

// revokeKey ends a key.
func (s *Site) revokeKey(v *visit) error {
	n, ok := id.Parse("K", v.r.PathValue("id"))
	if !ok {
		return staff.ErrKeyMissing
	}
	return s.act(v, func(tx *db.Tx) (string, error) { return "/keys", staff.RevokeKey(tx, v.caller, id.Key(n)) })
}
