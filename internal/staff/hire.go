package staff

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Details are what an administrator says of a person.
type Details struct {
	Login   string
	Name    string
	Lang    string
	Roles   []string
	Scope   Scope
	Subject string
}

// check brings details into their normal form and refuses what cannot be kept.
func (d *Details) check() error {
	d.Login, d.Name, d.Subject = FoldLogin(d.Login), strings.TrimSpace(d.Name), strings.TrimSpace(d.Subject)
	d.Lang = cmp.Or(d.Lang, "zh")
	d.Roles = slices.Compact(slices.Sorted(slices.Values(d.Roles)))
	bad := ErrInvalid
	unfit := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }
	if n := utf8.RuneCountInString(d.Login); n < 2 || n > 64 || strings.ContainsFunc(d.Login, unfit) {
		bad = bad.Field("login", "账号应为 2 到 64 个字符,不含空格", "is 2 to 64 characters without blanks")
	}
	if n := utf8.RuneCountInString(d.Name); n == 0 || n > 64 || strings.ContainsFunc(d.Name, unicode.IsControl) {
		bad = bad.Field("name", "请填写姓名,最多 64 个字", "is needed, at most 64 characters")
	}
	if d.Lang != "zh" && d.Lang != "en" {
		bad = bad.Field("lang", "只能是 zh 或 en", "is zh or en")
	}
	if len(d.Roles) == 0 {
		bad = bad.Field("roles", "请至少选择一个角色", "choose at least one role")
	}
	if slices.ContainsFunc(d.Roles, func(code string) bool { r, ok := RoleOf(code); return !ok || r.Machine }) {
		bad = bad.Field("roles", "没有这个角色", "there is no such role")
	}
	if slices.Contains(d.Roles, owner) && !(d.Scope.AllShops && d.Scope.AllWarehouses) {
		bad = bad.Field("scope", "老板的范围必须是全部店铺和仓库", "an owner's scope is every shop and warehouse")
	}
	if utf8.RuneCountInString(d.Subject) > 500 {
		bad = bad.Field("subject", "最多 500 个字符", "is at most 500 characters")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// mayGrant refuses what somebody may neither hand out nor lay hands on: roles that
// reach far are the owners' alone, and nobody grants a scope beyond their own. Who may
// change a person, or get into their account, is asked the same about the rights that
// the person has.
func mayGrant(by Caller, roles []string, scope Scope) error {
	if err := by.Need(StaffManage); err != nil {
		return err
	}
	for _, code := range roles {
		if r, _ := RoleOf(code); r.Careful && !by.owns() {
			return ErrBeyond.With(code)
		}
	}
	if !scope.Within(by.Scope) {
		return ErrBeyond.With("scope")
	}
	return nil
}

// MayTouch refuses who may neither change a person nor get into their account. Faults:
// ErrNotPermitted, ErrBeyond.
func MayTouch(by Caller, p Person) error { return mayGrant(by, p.Roles, p.Scope) }

// Hire takes a person in. They sign in after UseLink, with a link of Invite, or by
// single sign-on. Faults: ErrInvalid, ErrNotPermitted, ErrBeyond, ErrLoginTaken,
// ErrSubjectTaken.
func Hire(tx *db.Tx, by Caller, d Details) (Person, error) {
	if err := d.check(); err != nil {
		return Person{}, err
	}
	if err := mayGrant(by, d.Roles, d.Scope); err != nil {
		return Person{}, err
	}
	if err := d.taken(tx, 0); err != nil {
		return Person{}, err
	}
	n := id.Staff(tx.NewID())
	shops, warehouses := d.Scope.encode()
	fresh, err := tx.Exec(`/* staff.Hire */ INSERT INTO staff (staff_id, login, name, lang, roles, shops, warehouses, subject, totp_cipher,
		created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`, n, d.Login, d.Name, d.Lang,
		strings.Join(d.Roles, " "), shops, warehouses, d.Subject, []byte{}, tx.Now())
	if err != nil {
		return Person{}, err
	}
	if fresh == 0 { // another hired the same meanwhile
		if err := d.taken(tx, 0); err != nil {
			return Person{}, err
		}
		return Person{}, ErrLoginTaken.With(d.Login)
	}
	if err := note(tx, n, "hired", map[string]any{"roles": d.Roles, "shops": shops, "warehouses": warehouses}); err != nil {
		return Person{}, err
	}
	return Get(tx, n)
}

// taken refuses a name or an identity that somebody other than n has.
func (d *Details) taken(tx *db.Tx, n id.Staff) error {
	login, err := tx.Number(`/* staff.taken */ SELECT COUNT(*) FROM staff WHERE login = $1 AND staff_id <> $2`, d.Login, n)
	if err != nil {
		return err
	}
	if login > 0 {
		return ErrLoginTaken.With(d.Login)
	}
	if d.Subject == "" {
		return nil
	}
	subject, err := tx.Number(`/* staff.taken */ SELECT COUNT(*) FROM staff WHERE subject = $1 AND subject <> '' AND staff_id <> $2`,
		d.Subject, n)
	if err == nil && subject > 0 {
		err = ErrSubjectTaken
	}
	return err
}
