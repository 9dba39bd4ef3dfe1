package proof

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/order"
)

// change gives the channel's next message about an order: what a buyer, a seller
// or the platform does to it.
func change(random *rand.Rand, last *order.Draft, at db.Instant) *order.Draft {
	d := *last
	d.Lines = slices.Clone(last.Lines)
	d.ModifiedAt = at
	if d.ChannelState == order.Closed || !slices.ContainsFunc(d.Lines, func(l order.DraftLine) bool { return !l.Closed }) {
		return &d // it has ended
	}
	l := &d.Lines[random.IntN(len(d.Lines))]
	switch random.IntN(13) {
	case 0:
		d.SellerMemo = fmt.Sprint("平台备注", random.IntN(3))
	case 1:
		d.Flag = random.IntN(6)
	case 2:
		d.BuyerMessage = []string{"", "谢谢", "请放门卫处"}[random.IntN(3)]
	case 3:
		d.Contact.Detail = fmt.Sprintf("文一西路 %d 号 3 幢 201 室", 900+random.IntN(3))
	case 4:
		d.Contact.Province, d.Contact.City, d.Contact.District, d.Contact.Detail = "广东省", "东莞市", "", "莞城街道东城路 1 号"
	case 5, 6:
		if !l.Closed {
			l.Qty = 1 + random.Int64N(5)
		}
	case 7:
		if !l.Closed {
			l.Refund = order.RefundRequested
		}
	case 8:
		l.Refund = order.RefundClosed
	case 9:
		l.Refund, l.Closed = order.RefundDone, true
	case 10:
		d.Lines = append(d.Lines, order.DraftLine{ExternalNo: fmt.Sprintf("%s-%d", d.ExternalNo, len(d.Lines)+1),
			Code: []string{"TOWEL", "PASTE", "KIT"}[random.IntN(3)], Qty: 1, Price: 5000})
	case 11:
		if d.ChannelState == order.Unpaid || d.ChannelState == order.Forbidden {
			d.ChannelState, d.PaidAt = order.ToShip, at
		} else if random.IntN(3) == 0 {
			d.ChannelState = order.Forbidden
		}
	case 12:
		if random.IntN(3) == 0 {
			d.ChannelState = order.Closed
		}
	}
	return &d
}
