package api

import (
	"fmt"
	"slices"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/shipping"
)

// ErrScope refuses what concerns the whole house to who is limited to a part of it.
var ErrScope = fault.New(fault.Forbidden, "scope_too_small", "这项操作涉及全部店铺或仓库,您的范围只是其中一部分",
	"This concerns all shops or all warehouses, and your scope is only a part of them")

// everywhere refuses a caller whose scope is a part of the house.
func (c *call) everywhere() error {
	if s := c.caller.Scope; !s.AllShops || !s.AllWarehouses {
		return ErrScope
	}
	return nil
}

type plansBody struct {
	Limit int64 `json:"limit,omitempty" minimum:"1" maximum:"500" doc:"Orders at most; 100 by default." zh:"最多订单数,默认 100"`
}

type plannedView struct {
	Planned int `json:"planned" doc:"Orders that went on; 0 when none is ready." zh:"配单的订单数;0 表示没有可配的"`
}

// limitOf reads a limit of a body, between 1 and rowsMax; 0 is the default.
func limitOf(n, usual int64) (int, error) {
	if n == 0 {
		n = usual
	}
	if n < 1 || n > rowsMax {
		return 0, ErrFields.Field("limit", fmt.Sprintf("应为 1 到 %d", rowsMax), fmt.Sprintf("is 1 to %d", rowsMax))
	}
	return int(n), nil
}

// planPackages makes packages of whatever orders are ready, so it is for who may act
// everywhere.
func planPackages(c *call, tx *db.Tx, b plansBody) (plannedView, error) {
	limit, err := limitOf(b.Limit, 100)
	if err != nil {
		return plannedView{}, err
	}
	if err := c.everywhere(); err != nil {
		return plannedView{}, err
	}
	planned, err := flow.Plan(tx, limit)
	return plannedView{planned}, err
}

type releaseBody struct {
	Warehouse string `json:"warehouse"`
	Limit     int64  `json:"limit,omitempty" minimum:"1" maximum:"500" doc:"Packages at most; 100 by default." zh:"最多包裹数,默认 100"`
}

type releasedView struct {
	PickList string   `json:"pick_list_id,omitempty" doc:"Absent when no package could be released." zh:"没有可下发的包裹时不出现"`
	Packages []string `json:"packages"`
}

func releasePackages(c *call, tx *db.Tx, b releaseBody) (releasedView, error) {
	v := releasedView{Packages: []string{}}
	limit, err := limitOf(b.Limit, 100)
	if err != nil {
		return v, err
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return v, err
	}
	w, seen := places.named(b.Warehouse)
	if !seen {
		return v, ErrFields.Field("warehouse", ErrWarehouse.ZH, ErrWarehouse.EN)
	}
	list, released, err := flow.Release(tx, w.ID, limit)
	if list != 0 {
		v.PickList = id.Text("PL", int64(list))
	}
	for _, p := range released {
		v.Packages = append(v.Packages, p.String())
	}
	return v, err
}

type packagesBody struct {
	Packages []string `json:"packages" minItems:"1" maxItems:"500"`
}

type packageDone struct {
	PackageID string `json:"package_id"`
	State     string `json:"state,omitempty"`
	Stop      string `json:"stop,omitempty"`
	Waybill   string `json:"waybill,omitempty"`
	Fault     *told  `json:"fault,omitempty"`
}

type packagesDone struct {
	Packages []packageDone `json:"packages"`
	Done     int           `json:"done"`
}

// packagesOf reads package numbers, each once.
func packagesOf(texts []string) ([]id.Package, error) {
	if len(texts) == 0 || len(texts) > rowsMax {
		return nil, ErrFields.Field("packages", fmt.Sprintf("每批 1 到 %d 个包裹", rowsMax), fmt.Sprintf("holds 1 to %d packages", rowsMax))
	}
	ids := make([]id.Package, 0, len(texts))
	bad := ErrFields
	for i, text := range texts {
		n, ok := id.Parse("P", text)
		switch {
		case !ok && len(bad.Fields) < fieldsMax:
			bad = bad.Field(fmt.Sprintf("packages[%d]", i), "应为 P- 开头的包裹编号", "is a package number such as P-123")
		case slices.Contains(ids, id.Package(n)) && len(bad.Fields) < fieldsMax:
			bad = bad.Field(fmt.Sprintf("packages[%d]", i), "同一个包裹出现了两次", "stands there twice")
		}
		ids = append(ids, id.Package(n))
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return ids, nil
}

// seenPackages says which packages lie in the caller's warehouses.
func (c *call) seenPackages(tx *db.Tx, ids []id.Package) (map[id.Package]bool, error) {
	seen := make(map[id.Package]bool, len(ids))
	if c.caller.Scope.AllWarehouses {
		for _, n := range ids {
			seen[n] = true // one that does not exist is the verb's to refuse
		}
		return seen, nil
	}
	places, err := fulfilment.Warehouses(tx, ids)
	for n, w := range places {
		seen[n] = c.caller.Scope.HasWarehouse(w)
	}
	return seen, err
}

// movePackages hands the packages that the caller may see to a verb; the others are
// missing. Each stands for itself.
func (c *call) movePackages(tx *db.Tx, ids []id.Package, verb func([]id.Package) ([]fault.Outcome[*fulfilment.Package], error)) (packagesDone, error) {
	v := packagesDone{Packages: make([]packageDone, len(ids))}
	seen, err := c.seenPackages(tx, ids)
	if err != nil {
		return v, err
	}
	own := slices.DeleteFunc(slices.Clone(ids), func(n id.Package) bool { return !seen[n] })
	outcomes := map[id.Package]fault.Outcome[*fulfilment.Package]{}
	if len(own) > 0 {
		list, err := verb(own)
		if err != nil {
			return v, err
		}
		for i, o := range list {
			outcomes[own[i]] = o
		}
	}
	for i, n := range ids {
		o, asked := outcomes[n]
		if !asked {
			o = fault.Refused[*fulfilment.Package](fulfilment.ErrMissing.With(n))
		}
		v.Packages[i] = packageDone{PackageID: n.String(), Fault: tell(o.Fault)}
		if o.Fault == nil {
			v.Packages[i].State, v.Packages[i].Stop = string(o.Value.State), o.Value.Stop
			v.Done++
		}
	}
	return v, nil
}

func pickPackages(c *call, tx *db.Tx, b packagesBody) (packagesDone, error) {
	ids, err := packagesOf(b.Packages)
	if err != nil {
		return packagesDone{}, err
	}
	return c.movePackages(tx, ids, func(own []id.Package) ([]fault.Outcome[*fulfilment.Package], error) { return flow.Pick(tx, own) })
}

func handOverPackages(c *call, tx *db.Tx, b packagesBody) (packagesDone, error) {
	ids, err := packagesOf(b.Packages)
	if err != nil {
		return packagesDone{}, err
	}
	return c.movePackages(tx, ids, func(own []id.Package) ([]fault.Outcome[*fulfilment.Package], error) { return flow.HandOver(tx, own) })
}

func collectPackages(c *call, tx *db.Tx, b packagesBody) (packagesDone, error) {
	ids, err := packagesOf(b.Packages)
	if err != nil {
		return packagesDone{}, err
	}
	return c.movePackages(tx, ids, func(own []id.Package) ([]fault.Outcome[*fulfilment.Package], error) { return flow.Collect(tx, own) })
}

type packingsBody struct {
	Packages []packingRow `json:"packages" minItems:"1" maxItems:"500"`
}

type packingRow struct {
	PackageID string `json:"package_id"`
	WeightG   int64  `json:"weight_g,omitempty" minimum:"0" maximum:"1000000" doc:"0 when not weighed" zh:"0 表示未称重"`
}

func packPackages(c *call, tx *db.Tx, b packingsBody) (packagesDone, error) {
	texts := make([]string, len(b.Packages))
	for i, p := range b.Packages {
		texts[i] = p.PackageID
	}
	ids, err := packagesOf(texts)
	if err != nil {
		return packagesDone{}, err
	}
	weights := map[id.Package]int64{}
	for i, p := range b.Packages {
		weights[ids[i]] = p.WeightG
	}
	return c.movePackages(tx, ids, func(own []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
		list := make([]fulfilment.Packing, len(own))
		for i, n := range own {
			list[i] = fulfilment.Packing{Package: n, WeightG: weights[n]}
		}
		return flow.Pack(tx, list)
	})
}

type waybillsBody struct {
	Packages []waybillRow `json:"packages" minItems:"1" maxItems:"500"`
}

type waybillRow struct {
	PackageID string `json:"package_id"`
	Number    string `json:"number"`
}

// numberPackages writes down numbers that a carrier gave outside of the hub, for
// packages that wait for one.
func numberPackages(c *call, tx *db.Tx, b waybillsBody) (packagesDone, error) {
	texts := make([]string, len(b.Packages))
	for i, p := range b.Packages {
		texts[i] = p.PackageID
	}
	ids, err := packagesOf(texts)
	if err != nil {
		return packagesDone{}, err
	}
	numbers := map[id.Package]string{}
	for i, p := range b.Packages {
		numbers[ids[i]] = p.Number
	}
	given := map[id.Package]string{}
	v, err := c.movePackages(tx, ids, func(own []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
		outcomes, err := flow.Number(tx, own, numbers)
		for _, o := range outcomes {
			if o.Fault == nil {
				given[o.Value.Package] = o.Value.Number
			}
		}
		if err != nil {
			return nil, err
		}
		return c.packagesAfter(tx, own, outcomes)
	})
	for i := range v.Packages {
		if v.Packages[i].Fault == nil {
			v.Packages[i].Waybill = given[ids[i]]
		}
	}
	return v, err
}

// packagesAfter gives the packages of waybills as they stand.
func (c *call) packagesAfter(tx *db.Tx, ids []id.Package, waybills []fault.Outcome[*shipping.Waybill]) ([]fault.Outcome[*fulfilment.Package], error) {
	list := make([]fault.Outcome[*fulfilment.Package], len(ids))
	for i, n := range ids {
		if f := waybills[i].Fault; f != nil {
			list[i] = fault.Refused[*fulfilment.Package](f)
			continue
		}
		p, err := fulfilment.Get(tx, n)
		if err != nil {
			return nil, err
		}
		list[i] = fault.OK(p)
	}
	return list, nil
}

type trackingBody struct {
	Events []eventRow `json:"events" minItems:"1" maxItems:"500"`
}

type eventRow struct {
	PackageID string `json:"package_id,omitempty" doc:"Or carrier and number." zh:"或写 carrier 和 number"`
	Carrier   string `json:"carrier,omitempty"`
	Number    string `json:"number,omitempty"`
	At        string `json:"at"`
	State     string `json:"state" doc:"created, picked_up, in_transit, exception, out_for_delivery, attempt_failed, at_locker, rejected, delivered, returning, returned, cancelled; another word is kept and changes nothing" zh:"不认识的状态会保留,不改变包裹"`
	Code      string `json:"code,omitempty" doc:"The carrier's own word." zh:"快递公司原词"`
	Text      string `json:"text,omitempty"`
	Place     string `json:"place,omitempty"`
}

type trackedView struct {
	Taken   int   `json:"taken"`
	Refused []int `json:"refused" doc:"Positions, from 0, of events about no package of ours." zh:"找不到包裹的事件序号(从 0 开始)"`
}

// trackPackages takes carriers' news in. News of a package that the caller may not see
// is refused like that of one that does not exist.
func trackPackages(c *call, tx *db.Tx, b trackingBody) (trackedView, error) {
	v := trackedView{Refused: []int{}}
	if len(b.Events) == 0 || len(b.Events) > rowsMax {
		return v, ErrFields.Field("events", fmt.Sprintf("每批 1 到 %d 条", rowsMax), fmt.Sprintf("holds 1 to %d events", rowsMax))
	}
	events, err := b.read(tx)
	if err != nil {
		return v, err
	}
	var ids []id.Package
	for _, e := range events {
		if e.Package != 0 {
			ids = append(ids, e.Package)
		}
	}
	seen, err := c.seenPackages(tx, ids)
	if err != nil {
		return v, err
	}
	there, err := fulfilment.Known(tx, ids)
	if err != nil {
		return v, err
	}
	var good []shipping.Event
	for i, e := range events {
		if _, exists := there[e.Package]; exists && seen[e.Package] {
			good = append(good, e)
		} else {
			v.Refused = append(v.Refused, i)
		}
	}
	v.Taken = len(good)
	if len(good) == 0 {
		return v, nil
	}
	return v, flow.Track(tx, good)
}

// read makes events of rows; one whose package is not found has none.
func (b trackingBody) read(tx *db.Tx) ([]shipping.Event, error) {
	m := &mapper{}
	events := make([]shipping.Event, len(b.Events))
	byCarrier := map[string][]string{}
	for i, r := range b.Events {
		name := func(field string) string { return fmt.Sprintf("events[%d].%s", i, field) }
		e := shipping.Event{At: m.instant(name("at"), r.At), State: shipping.Parcel(r.State), Code: r.Code, Text: r.Text, Place: r.Place}
		if r.At == "" {
			m.add(name("at"), "请填写时间", "is needed")
		}
		if e.At > tx.Now().Add(24*time.Hour) {
			m.add(name("at"), "不能晚于明天", "is not after tomorrow")
		}
		if len(r.State) == 0 || len(r.State) > 40 {
			m.add(name("state"), "请填写状态,最多 40 个字符", "is needed, at most 40 characters")
		}
		if len(r.Code)+len(r.Text)+len(r.Place) > 4000 {
			m.add(name("text"), "太长", "is too long")
		}
		n, ok := id.Parse("P", r.PackageID)
		switch {
		case ok:
			e.Package = id.Package(n)
		case r.PackageID != "":
			m.add(name("package_id"), "应为 P- 开头的包裹编号", "is a package number such as P-123")
		case r.Carrier == "" || r.Number == "":
			m.add(name("package_id"), "请写包裹编号,或快递编码和单号", "is needed, or carrier and number")
		default:
			byCarrier[r.Carrier] = append(byCarrier[r.Carrier], r.Number)
		}
		events[i] = e
	}
	if m.fault != nil {
		return nil, fieldsOf(m.fault)
	}
	return events, b.byNumber(tx, events, byCarrier)
}

// byNumber finds the packages of events that name a carrier and a number.
func (b trackingBody) byNumber(tx *db.Tx, events []shipping.Event, byCarrier map[string][]string) error {
	if len(byCarrier) == 0 {
		return nil
	}
	var codes []string
	for code := range byCarrier {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	carriers, err := carrier.ByCode(tx, codes)
	if err != nil {
		return err
	}
	for code, numbers := range byCarrier {
		one, known := carriers[code]
		if !known {
			continue
		}
		waybills, err := shipping.ByNumber(tx, one.ID, numbers)
		if err != nil {
			return err
		}
		for i, r := range b.Events {
			if w := waybills[r.Number]; r.Carrier == code && r.PackageID == "" && w != nil {
				events[i].Package, events[i].Waybill = w.Package, w.ID
			}
		}
	}
	return nil
}

// fieldsOf is a mapper's fault about a body that is no order.
func fieldsOf(f *fault.Fault) error {
	if f == nil {
		return nil
	}
	bad := ErrFields
	for _, field := range f.Fields {
		bad = bad.Field(field.Name, field.ZH, field.EN)
	}
	return bad
}
