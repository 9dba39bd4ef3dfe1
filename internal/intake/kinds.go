package intake

// role is what a line means to us.
type role uint8

const (
	goods      role = iota
	gift            // goods at no price
	charge          // a fee or postage sold as a line
	takeGoods       // takes back goods sold earlier; quantity below 0
	takeCharge      // gives back a charge; quantity below 0
	adjust          // stock found or lost, price 0
	debt            // money written off
)

// ofOrder says whether lines of the role make up an order; the others are loose.
func (r role) ofOrder() bool { return r <= charge }

// kinds gives the role of each word that a file may use for a line's kind. The
// empty word is goods, for files that have no such column.
func kinds() map[string]role {
	return map[string]role{
		"": goods, "goods": goods, "sale": goods, "商品": goods,
		"gift": gift, "赠品": gift,
		"charge": charge, "sale_nonproduct": charge, "费用": charge, "运费": charge,
		"cancel": takeGoods, "cancel_nonproduct": takeCharge,
		"stock_adjust": adjust, "stock_adjust_nonproduct": adjust,
		"adjust_bad_debt": debt, "adjust_bad_debt_nonproduct": debt,
	}
}

// unclear stands in a report for the kind of a row that could not be read.
const unclear = "?"
