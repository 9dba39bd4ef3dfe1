package notice

import (
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Template names what a message says.
type Template string

// The templates of the first cut.
const (
	Received  Template = "order_received"  // 订单已收到
	Cancelled Template = "order_cancelled" // 订单已取消
	Apology   Template = "order_apology"   // 缺货致歉并取消
)

// Notice is one message to the customer of an order. Reader queues it, Send and
// Retry alone change it. It is never deleted: its key must not be used again.
type Notice struct {
	ID  id.Notice
	Key string
	// Order it is about, and the recipient who was told; 0 until then.
	Order     id.Order
	Recipient id.Recipient
	Template  Template
	State     State
	QueuedAt  db.Instant
	DueAt     db.Instant
	Attempts  int64
	EndedAt   db.Instant
	// LastError is a fault's code and sentence, empty after success.
	LastError string
	Version   int64
}

// Message is what a Sender carries. To is plaintext, lives in memory only and
// prints as a mask.
type Message struct {
	To       customer.Contact
	Shop     string // the shop's name, as the customer knows it
	OrderNo  string // the channel's number of the order
	Template Template
	ZH       string
	EN       string
}

// say fills the words of a template.
func (t Template) say(shop, no string) (zh, en string) {
	words := map[Template][2]string{
		Received: {"【{shop}】您的订单 {no} 已收到,我们会尽快为您发货。", "{shop}: we have your order {no} and will ship it soon."},
		Cancelled: {
			"【{shop}】您的订单 {no} 已取消。如有疑问请联系客服。",
			"{shop}: your order {no} has been cancelled. Please ask us if that is not what you wanted.",
		},
		Apology: {
			"【{shop}】非常抱歉,您的订单 {no} 因缺货无法发出,已为您取消,款项将原路退回。",
			"{shop}: we are sorry. Order {no} is out of stock and has been cancelled; your money goes back the way it came.",
		},
	}[t]
	fill := strings.NewReplacer("{shop}", shop, "{no}", no)
	return fill.Replace(words[0]), fill.Replace(words[1])
}
