package api

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

func journalRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/journal", staff.JournalRead, "readJournal", "事件流,从一个位置往后", "The feed: what happened after a position, each row once", reads(readJournal)},
	}
}

func jsonNumber(n int64) string { return strconv.FormatInt(n, 10) }

type journalQuery struct {
	After string `query:"after" max:"8000" doc:"The next of the page before; none to begin." zh:"上一页的 next;不写则从头开始"`
	Limit int64  `query:"limit" max:"1000" default:"100"`
}

type journalRow struct {
	Row      string          `json:"row" doc:"Names the row for ever." zh:"这一行的永久编号"`
	At       string          `json:"at"`
	Object   string          `json:"object" doc:"What sort of thing: order, package, sku, ..." zh:"对象种类"`
	ObjectID string          `json:"object_id"`
	Version  int64           `json:"version" doc:"Rises by one with each row of the object; rows of one object come in this order." zh:"对象版本,逐一递增"`
	What     string          `json:"what"`
	Payload  json.RawMessage `json:"payload,omitempty"`
	Actor    string          `json:"actor"`
	Cause    string          `json:"cause"`
	Hash     string          `json:"hash" doc:"Links the row to the one before it in its stream." zh:"链式哈希"`
}

type journalPage struct {
	Rows []journalRow `json:"rows"`
	// Next goes on behind the page; it is always there.
	Next string `json:"next"`
}

// readJournal gives the feed. Who is limited to some shops or warehouses sees rows
// about their orders and packages, and no others.
func readJournal(c *call, tx *db.Tx, q journalQuery) (journalPage, error) {
	page := journalPage{Rows: []journalRow{}}
	text, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil {
		return page, ErrQuery.Field("after", journal.ErrPosition.ZH, journal.ErrPosition.EN)
	}
	from, err := journal.ParsePosition(string(text))
	if err != nil {
		return page, ErrQuery.Field("after", journal.ErrPosition.ZH, journal.ErrPosition.EN)
	}
	rows, to, err := journal.Next(tx, from, int(q.Limit))
	if err != nil {
		return page, err
	}
	page.Next = base64.RawURLEncoding.EncodeToString([]byte(to.Encode()))
	own, err := c.ownRows(tx, rows)
	for _, r := range own {
		page.Rows = append(page.Rows, c.viewRow(r))
	}
	return page, err
}

func (c *call) viewRow(r journal.Row) journalRow {
	return journalRow{Row: fmt.Sprintf("%d.%d", r.Stream, r.Seq), At: instant(r.At), Object: r.Kind, ObjectID: objectText(r.Kind, r.ID), Version: r.Version,
		What: r.What, Payload: c.caller.WithoutCosts(rawJSON(r.Payload)), Actor: r.By.Actor, Cause: r.By.Cause, Hash: hex.EncodeToString(r.Hash)}
}

// objectText shows an object's id as it is shown elsewhere.
func objectText(kind string, n int64) string {
	prefixes := map[string]string{"order": "O", "package": "P", "sku": "SKU", "exception": "X", "rule": "R", "import": "I", "staff": "S",
		"api_key": "K", "hold": "H", "waybill": "W"}
	if prefix, known := prefixes[kind]; known {
		return id.Text(prefix, n)
	}
	return jsonNumber(n)
}

// ownRows leaves the rows that lie in the caller's scope.
func (c *call) ownRows(tx *db.Tx, rows []journal.Row) (own []journal.Row, err error) {
	if c.everywhere() == nil {
		return rows, nil
	}
	var orders []id.Order
	var packages []id.Package
	for _, r := range rows {
		switch r.Kind {
		case "order":
			orders = append(orders, id.Order(r.ID))
		case "package":
			packages = append(packages, id.Package(r.ID))
		}
	}
	cards, err := order.Cards(tx, orders)
	if err != nil {
		return nil, err
	}
	places, err := fulfilment.Warehouses(tx, packages)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		card, isOrder := cards[id.Order(r.ID)]
		place, isPackage := places[id.Package(r.ID)]
		switch {
		case r.Kind == "order" && isOrder && c.caller.Scope.HasShop(card.Shop),
			r.Kind == "package" && isPackage && c.caller.Scope.HasWarehouse(place):
			own = append(own, r)
		}
	}
	return own, nil
}
