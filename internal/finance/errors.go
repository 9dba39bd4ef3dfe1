package finance

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrShiftMissing = fault.New(fault.Missing, "shift_missing", "没有这个班次", "There is no such shift")
	ErrShiftOpen    = fault.New(fault.Conflict, "shift_open", "您还有一个未交班的班次,请先交班再开新班", "You have an open shift; close it before you open another")
	ErrTillTaken    = fault.New(fault.Conflict, "till_taken", "收银台 %q 已有人开班,请换一个收银台名称,或请对方先交班",
		"Somebody has an open shift at the till %q; take another name, or have them close theirs")
	ErrNoShift = fault.New(fault.Conflict, "shift_needed", "您还没有开班,收银不能入账;请先在“班次”页清点备用金开班",
		"You have no open shift and nothing can be booked; count the float and open one on the page Shift")
	ErrShiftShop = fault.New(fault.Conflict, "shift_elsewhere", "您的班次开在另一家店,不能给这家店入账;请交班后在本店开班",
		"Your shift is in another shop; close it and open one here")
	ErrShiftClosed = fault.New(fault.Conflict, "shift_closed", "班次已交班,不能再改动", "The shift is closed and is not changed any more")
	ErrShiftInput  = fault.New(fault.Invalid, "shift_invalid", "班次内容有误,请按提示修改", "Mend what is said at the fields")
	ErrDifference  = fault.New(fault.Invalid, "shift_differs", "实点与应有相差 %s,请写明原因", "The count differs by %s; say why")
	ErrTenders     = fault.New(fault.Invalid, "tenders_differ", "收款减找零为 %s,应收 %s;请核对后再收款", "Payments less change are %s, to pay was %s; look at them again")
	ErrTender      = fault.New(fault.Invalid, "tender_invalid", "收款方式或金额有误:找零只能从现金里找,每笔金额必须大于 0",
		"A way of payment or an amount is wrong: change is given from cash alone, and each amount is above 0")
	ErrKeyUsed = fault.New(fault.Conflict, "sale_key_used", "单号 %s 已有另一笔销售,没有再次入账;请核对后换单号重新收银",
		"Another sale has the number %s; this one was not booked, look at it and ring it up anew")
	ErrSaleMissing = fault.New(fault.Missing, "sale_missing", "没有这笔销售", "There is no such sale")
	ErrVoided      = fault.New(fault.Conflict, "sale_voided", "这笔销售已经作废", "The sale was voided before")
)
