// Package goods holds the made-up assortment and network of the demo shop: SKUs, bundles, warehouses, shops, carriers
// and their tariffs, as CSV files inside the binary.
//
// Owns: the believable data. Does not own: any trade rule; the rooms (catalog, shop, inventory, carrier) are filled
// from it by the demo and keep their own types. Brands, barcodes, carriers and streets are invented; provinces and
// cities are real. Money is fen (CNY), lengths are mm, weights g, times of day are local to Asia/Shanghai.
package goods

// SKU is one article as the merchant would keep it in a spreadsheet.
type SKU struct {
	Code                   string
	Name, NameEN           string
	Category               [3]string // from the top, e.g. 个护清洁, 洗发护发, 洗发水
	Brand                  string
	EAN13                  string // check digit is valid
	LengthMM               int    // packed for sale; LengthMM is the longest side
	WidthMM, HeightMM      int
	WeightG                int
	CostFen, PriceFen      int64
	LotTracked             bool
	ShelfLifeDays          int // 0 where the article does not expire
	LeastRemainingLifeDays int // a lot with less than this must not be sold
	WeeklyWeight           int // relative demand, long-tailed; the mean units of a week in a small shop
}

// Bundle is a 组合装: sold under its own code, shipped as its components.
type Bundle struct {
	Code         string
	Name, NameEN string
	PriceFen     int64
	WeeklyWeight int // comparable with SKU.WeeklyWeight
	Components   []Component
}

// Component is one SKU inside a bundle and how many of it one bundle holds.
type Component struct {
	SKU string
	Qty int
}

// Province is a division of the first level (GB/T 2260 code of six digits). Taiwan, Hong Kong and Macau are left out on
// purpose: no carrier of the demo goes there, so an address there is one that cannot be delivered.
type Province struct {
	Code, Name, ShortName string
	Group                 string // the unit in which tariffs and warehouse lists are written
	DemandWeight          int    // relative number of online orders
}

// Warehouse is a place that holds stock: a warehouse or a store.
type Warehouse struct {
	Code, Name, NameEN      string
	Kind                    string // "warehouse" or "store"
	ProvinceCode            string
	City, District, Address string // District is empty where the city has none (东莞市)
	CutOff                  string // hh:mm, orders accepted before it leave the same day
	TimeZone                string
	BinPattern              string // e.g. [A-D]-[01-12]-[1-5]; Bins spells it out
}

// Shop is one place of sale on one platform. Warehouses gives, for each province group, the codes of the warehouses in
// the order in which they are asked.
type Shop struct {
	Code, Name, NameEN           string
	Platform, Currency, TimeZone string
	Warehouses                   map[string][]string
}

// Service is one product of a carrier, with its limits.
type Service struct {
	Carrier, CarrierName, CarrierNameEN string
	Code, Name, NameEN                  string
	WaybillPrefix                       string
	WaybillDigits                       int
	CollectAt                           string // hh:mm, the daily collection
	WeightMaxG, SideMaxMM               int
	VolumeDivisor                       int // mm3 per g of volumetric weight
	COD                                 bool
}

// Tariff is the price of one service from one province to one group of provinces: the first weight, then each started
// step of continued weight.
type Tariff struct {
	Carrier, Service   string
	OriginProvinceCode string
	DestinationGroup   string
	FirstWeightG       int
	FirstPriceFen      int64
	ContinuedWeightG   int
	ContinuedPriceFen  int64
	Days               int
}

// Stop is one entry of a carrier's stop list (停发区). Empty Service, City or District means all of them; an empty
// UntilDay means until further notice. Both days are included.
type Stop struct {
	Carrier, Service             string
	ProvinceCode, City, District string
	FromDay, UntilDay            string // yyyy-mm-dd
	Reason, ReasonEN             string
}

// Assortment is everything the demo shop starts with.
type Assortment struct {
	SKUs       []SKU
	Bundles    []Bundle
	Provinces  []Province
	Warehouses []Warehouse
	Shops      []Shop
	Services   []Service
	Tariffs    []Tariff
	Stops      []Stop
}
