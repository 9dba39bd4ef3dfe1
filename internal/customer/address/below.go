package address

// Division is a province, city or district: its code (2, 4 or 6 digits) and its official
// name. More says that there are divisions of these kinds below it.
type Division struct {
	Code, Name string
	More       bool
}

// Below gives the divisions right below one, down to districts, in the order of the
// table; below "" lie the provinces. Divisions that the source gives no code are left out.
func Below(code string) (list []Division) {
	t := regions()
	parent := int32(-1)
	if code != "" {
		if parent = t.row(code); parent < 0 {
			return nil
		}
	}
	for row, d := range t.rows {
		if d.parent == parent && d.level != street && d.code != "" {
			list = append(list, Division{Code: d.short(), Name: t.official(int32(row)), More: d.level != area && d.denseEnd > d.dense+1})
		}
	}
	return list
}

// NameOf gives the name of a division with those above it, 浙江省杭州市, and "" for a code
// that no division has.
func NameOf(code string) (name string) {
	t := regions()
	for row := t.row(code); row >= 0; row = t.rows[row].parent {
		name = t.official(row) + name
	}
	return name
}

// row finds the division of a code, -1 for none.
func (t *table) row(code string) int32 {
	for row, d := range t.rows {
		if d.level != street && d.code != "" && d.short() == code {
			return int32(row)
		}
	}
	return -1
}

// short is a code as region codes begin with it: two digits for a province.
func (d division) short() string {
	if d.level == province {
		return d.code[:2]
	}
	return d.code
}
