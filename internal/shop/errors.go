package shop

import "baihuo/internal/fault"

// Every refusal of this room.
var (
	ErrInvalid = fault.New(fault.Invalid, "shop_invalid",
		"店铺资料有误，没有保存；请按下面各项改正后重试",
		"The shop's details are not right and were not saved; mend the items below and try again")
	ErrCurrencyFixed = fault.New(fault.Conflict, "shop_currency_fixed",
		"店铺 %s 的币种不能更改，因为已有订单按原币种记账；请另开一个店铺",
		"The currency of shop %s cannot change, for its orders are kept in it; open another shop instead")
	ErrMissing = fault.New(fault.Missing, "shop_missing",
		"没有这个店铺；请检查店铺编号，或先新建店铺", "There is no such shop; check its number or open it first")
	ErrRoute = fault.New(fault.Invalid, "shop_route_invalid",
		"仓库顺序有误，没有保存；请按下面各项改正后重试",
		"The list of warehouses is not right and was not saved; mend the items below and try again")
)
