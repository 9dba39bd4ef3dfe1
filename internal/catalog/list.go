package catalog

import (
	"fmt"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Get gives SKUs in full. Fault: ErrMissing naming every id that does not exist.
func Get(tx *db.Tx, ids []id.SKU) (map[id.SKU]*SKU, error) {
	all, err := byIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[id.SKU]*SKU, len(all))
	for _, s := range all {
		found[s.ID] = s
	}
	missing := ErrMissing
	for _, n := range ids {
		if found[n] == nil {
			missing = missing.Field(strconv.FormatInt(int64(n), 10), "不存在", "it does not exist")
		}
	}
	if len(missing.Fields) > 0 {
		return nil, missing
	}
	return found, nil
}

// Filter chooses SKUs for a list. The zero value chooses all.
type Filter struct {
	Text     string // in code, name, brand or barcode, in any case
	Category string // this category and all below it
	After    string // the code at which the page before ended
	Limit    int    // 100 when 0, at most 500
}

const (
	pageDefault = 100
	pageMax     = 500
)

// List gives a page of SKUs in full, by code.
func List(tx *db.Tx, f Filter) ([]*SKU, error) {
	where, args := f.where()
	if f.After != "" {
		args = append(args, Fold(f.After))
		where = append(where, fmt.Sprintf("code > $%d", len(args)))
	}
	limit := min(f.Limit, pageMax)
	if limit <= 0 {
		limit = pageDefault
	}
	args = append(args, limit)
	all, err := db.List(tx, `/* catalog.List */ SELECT `+columns+` FROM skus`+clause(where)+
		fmt.Sprintf(` ORDER BY code LIMIT $%d`, len(args)), scan, args...)
	if err != nil {
		return nil, err
	}
	return all, fill(tx, all)
}

// Count counts the SKUs that the filter chooses, whatever its After and Limit.
func Count(tx *db.Tx, f Filter) (int64, error) {
	where, args := f.where()
	return tx.Number(`/* catalog.Count */ SELECT COUNT(*) FROM skus`+clause(where), args...)
}

func (f Filter) where() (where []string, args []any) {
	if text := strings.ToLower(strings.TrimSpace(f.Text)); text != "" {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)+"%")
		where = append(where, fmt.Sprintf(`search LIKE $%d ESCAPE '\'`, len(args)))
	}
	if path := strings.Trim(tidyPath(f.Category), "/"); path != "" {
		args = append(args, path, path+"/", path+"0") // '0' follows '/'
		where = append(where, fmt.Sprintf("(category = $%d OR category >= $%d AND category < $%d)",
			len(args)-2, len(args)-1, len(args)))
	}
	return where, args
}

func clause(where []string) string {
	if len(where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(where, " AND ")
}
