package staff

import "slices"

// Permit is the right to one kind of act. Every route of every door names one.
type Permit string

// The permits of the house. Public and SignedIn are held by everybody, or by
// everybody who proved who they are; no role lists them.
const (
	Public   Permit = "public"
	SignedIn Permit = "signed_in"

	OrderRead   Permit = "order.read"
	OrderPlace  Permit = "order.place"
	OrderEdit   Permit = "order.edit"
	OrderCancel Permit = "order.cancel"
	OrderHold   Permit = "order.hold"
	OrderReline Permit = "order.reline" // change lines, warehouse, carrier before release

	ReviewService Permit = "review.service" // pass, reject, take back as service
	ReviewFinance Permit = "review.finance"

	ExceptionRead  Permit = "exception.read"
	ExceptionClose Permit = "exception.close"

	StockRead    Permit = "stock.read"
	StockReceive Permit = "stock.receive"
	StockAdjust  Permit = "stock.adjust"
	StockCount   Permit = "stock.count"

	CatalogRead Permit = "catalog.read"
	CatalogEdit Permit = "catalog.edit"
	CostRead    Permit = "cost.read" // purchase costs and what follows from them

	PackageRead Permit = "package.read"
	PackagePick Permit = "package.pick"
	PackagePack Permit = "package.pack"
	PackageShip Permit = "package.ship"

	RuleRead Permit = "rule.read"
	RuleEdit Permit = "rule.edit"

	PersonReveal Permit = "person.reveal" // open sealed personal data
	PersonExport Permit = "person.export" // hand out or erase what is held of a person, tell who saw it

	FileImport Permit = "file.import"
	FileExport Permit = "file.export"

	JournalRead   Permit = "journal.read"
	JobRead       Permit = "job.read"
	JobReplay     Permit = "job.replay"
	WebhookManage Permit = "webhook.manage"
	StaffRead     Permit = "staff.read"
	StaffManage   Permit = "staff.manage"
	KeyManage     Permit = "key.manage"
	SystemOperate Permit = "system.operate" // check, backup, rotation of sealing keys
)

// Permits lists every permit that a role can hold.
func Permits() []Permit {
	return []Permit{
		OrderRead, OrderPlace, OrderEdit, OrderCancel, OrderHold, OrderReline, ReviewService, ReviewFinance, ExceptionRead, ExceptionClose,
		StockRead, StockReceive, StockAdjust, StockCount, CatalogRead, CatalogEdit, CostRead, PackageRead, PackagePick, PackagePack,
		PackageShip, RuleRead, RuleEdit, PersonReveal, PersonExport, FileImport, FileExport, JournalRead, JobRead, JobReplay,
		WebhookManage, StaffRead, StaffManage, KeyManage, SystemOperate,
	}
}

// Known says that a permit exists: a route may name no other.
func (p Permit) Known() bool {
	return p == Public || p == SignedIn || slices.Contains(Permits(), p)
}

// Role is a named set of permits.
type Role struct {
	Code    string
	ZH, EN  string
	Permits []Permit
	// Machine: the kind of an API key; no person holds it.
	Machine bool
	// Careful: it reaches far. Only an owner grants it, and a person who holds it signs
	// in with a second factor.
	Careful bool
}

// May says that the role holds a permit.
func (r Role) May(p Permit) bool { return slices.Contains(r.Permits, p) }

// owner is the role above all others.
const owner = "owner"

var (
	reading   = []Permit{OrderRead, ExceptionRead, StockRead, CatalogRead, PackageRead, RuleRead}
	warehouse = []Permit{PackageRead, StockRead, CatalogRead}
	managing  = []Permit{StaffRead, StaffManage, KeyManage, WebhookManage, JournalRead, JobRead, JobReplay, SystemOperate}
)

// Roles lists the roles of people, then the kinds of keys. docs/roles.md is made
// from it.
func Roles() []Role { return slices.Clone(roles) }

var roles = []Role{
	{Code: owner, ZH: "老板", EN: "owner", Permits: Permits(), Careful: true},
	{Code: "admin", ZH: "管理员", EN: "administrator", Careful: true,
		Permits: slices.Concat(reading, managing, []Permit{RuleEdit, CatalogEdit, FileImport, OrderHold, ExceptionClose})},
	{Code: "sales", ZH: "销售经理", EN: "sales manager",
		Permits: slices.Concat(reading, []Permit{OrderPlace, OrderEdit, OrderCancel, OrderHold, OrderReline, RuleEdit})},
	{Code: "reviewer", ZH: "审单员", EN: "reviewer",
		Permits: slices.Concat(reading, []Permit{OrderEdit, OrderCancel, OrderHold, OrderReline, ReviewService, ExceptionClose, PersonReveal})},
	{Code: "warehouse", ZH: "仓库主管", EN: "warehouse lead",
		Permits: slices.Concat(reading, []Permit{StockReceive, StockAdjust, StockCount, PackagePick, PackagePack, PackageShip,
			ExceptionClose})},
	{Code: "picker", ZH: "拣货员", EN: "picker", Permits: slices.Concat(warehouse, []Permit{PackagePick})},
	{Code: "packer", ZH: "打包员", EN: "packer", Permits: slices.Concat(warehouse, []Permit{PackagePack})},
	{Code: "dispatcher", ZH: "发货员", EN: "dispatcher", Permits: slices.Concat(warehouse, []Permit{PackageShip})},
	{Code: "service", ZH: "客服", EN: "customer service",
		Permits: slices.Concat(reading, []Permit{OrderPlace, OrderEdit, OrderCancel, OrderHold, OrderReline, ReviewService, ExceptionClose, PersonReveal})},
	{Code: "finance", ZH: "财务", EN: "finance", Careful: true,
		Permits: slices.Concat(reading, []Permit{CostRead, ReviewFinance, FileExport, JournalRead})},
	{Code: "buyer", ZH: "采购", EN: "buyer",
		Permits: []Permit{StockRead, StockReceive, CatalogRead, CatalogEdit, CostRead, FileImport, ExceptionRead}},
	{Code: "clerk", ZH: "店员", EN: "store clerk",
		Permits: []Permit{OrderRead, OrderPlace, StockRead, StockCount, CatalogRead, PackageRead, PackagePick, PackagePack, PackageShip}},
	{Code: "privacy", ZH: "隐私专员", EN: "privacy officer", Careful: true,
		Permits: []Permit{OrderRead, JournalRead, PersonReveal, PersonExport}},
	{Code: "exporter", ZH: "数据导出", EN: "data exports", Careful: true,
		Permits: []Permit{OrderRead, StockRead, CatalogRead, FileExport}},
	{Code: "reader", ZH: "只读", EN: "read-only", Permits: reading},

	{Code: "key_full", ZH: "全部接口", EN: "every call of the line", Machine: true, Careful: true,
		Permits: slices.Concat(reading, []Permit{OrderPlace, OrderEdit, OrderCancel, OrderHold, ReviewService, ReviewFinance, ExceptionClose,
			StockReceive, StockAdjust, StockCount, CatalogEdit, CostRead, PackagePick, PackagePack, PackageShip, RuleEdit, FileImport,
			FileExport, JournalRead, JobRead, JobReplay, WebhookManage, SystemOperate})},
	{Code: "key_orders", ZH: "订单接入", EN: "takes orders in", Machine: true,
		Permits: []Permit{OrderRead, OrderPlace, OrderEdit, OrderCancel, CatalogRead, StockRead}},
	{Code: "key_warehouse", ZH: "仓库系统", EN: "a warehouse system", Machine: true,
		Permits: slices.Concat(warehouse, []Permit{StockReceive, StockAdjust, StockCount, PackagePick, PackagePack, PackageShip})},
	{Code: "key_feed", ZH: "事件订阅", EN: "reads the journal feed", Machine: true,
		Permits: []Permit{JournalRead, OrderRead, PackageRead, StockRead, CatalogRead}},
	{Code: "key_reader", ZH: "只读接口", EN: "reads only", Machine: true, Permits: reading},
}

// RoleOf finds a role by its code.
func RoleOf(code string) (Role, bool) {
	i := slices.IndexFunc(roles, func(r Role) bool { return r.Code == code })
	if i < 0 {
		return Role{}, false
	}
	return roles[i], true
}
