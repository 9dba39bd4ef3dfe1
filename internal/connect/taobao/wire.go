package taobao

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"baihuo/internal/fault"
)

// text is a scalar of the message, digit for digit: a number beyond 2^53 that
// went through a float would name another order.
type text string

// UnmarshalJSON takes a string, a number, a boolean or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		return json.Unmarshal(b, (*string)(t))
	case '{', '[':
		return &json.UnmarshalTypeError{Value: "a list or an object", Type: reflect.TypeFor[text]()}
	}
	if *t = text(b); *t == "null" {
		*t = ""
	}
	return nil
}

// list is a list as the full JSON wraps it, {"order": [...]}, or a plain one.
type list[T any] []T

// UnmarshalJSON takes both shapes.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	if b[0] == '{' {
		var wrapped map[string]json.RawMessage
		if err := json.Unmarshal(b, &wrapped); err != nil || len(wrapped) == 0 {
			return err
		}
		if len(wrapped) > 1 {
			return &json.UnmarshalTypeError{Value: "an object of several fields", Type: reflect.TypeFor[list[T]]()}
		}
		for _, inner := range wrapped {
			b = inner
		}
	}
	return json.Unmarshal(b, (*[]T)(l))
}

// words is a list of words: a,b as text, ["a","b"] as text, or a true list.
type words []string

// UnmarshalJSON takes all of them.
func (w *words) UnmarshalJSON(b []byte) error {
	var items list[text]
	if b[0] != '"' {
		if b[0] != '[' && b[0] != '{' && string(b) != "null" {
			items = list[text]{text(b)} // one number
		} else if err := json.Unmarshal(b, &items); err != nil {
			return err
		}
	} else {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		if !strings.HasPrefix(s, "[") || json.Unmarshal([]byte(s), &items) != nil {
			items = nil
			for _, word := range strings.Split(s, ",") {
				items = append(items, text(word))
			}
		}
	}
	*w = nil
	for _, item := range items {
		if word := strings.TrimSpace(string(item)); word != "" {
			*w = append(*w, word)
		}
	}
	return nil
}

// envelope is what may lie round a trade.
type envelope struct {
	Full *struct {
		Trade *trade `json:"trade"`
	} `json:"trade_fullinfo_get_response"`
	Simple *trade          `json:"trade"`
	Error  json.RawMessage `json:"error_response"`
}

// trade is the head, as far as we read it; names as on the wire.
type trade struct {
	TID            text `json:"tid"`
	TIDStr         text `json:"tid_str"`
	Status         text `json:"status"`
	Type           text `json:"type"`
	StepStatus     text `json:"step_trade_status"`
	StepPaid       text `json:"step_paid_fee"`
	CODStatus      text `json:"cod_status"`
	TopHold        text `json:"top_hold"`
	TeamBuyHold    text `json:"team_buy_hold"`
	ShareGroupHold text `json:"share_group_hold"`
	OFPHold        text `json:"ofp_hold"`

	Created  text `json:"created"`
	PayTime  text `json:"pay_time"`
	Modified text `json:"modified"`
	Timeout  text `json:"timeout_action_time"`

	DeliveryTime    text `json:"delivery_time"`
	SendTime        text `json:"send_time"`
	CollectTime     text `json:"collect_time"`
	SignTime        text `json:"sign_time"`
	PromiseSignTime text `json:"promise_sign_time"`

	Payment     text `json:"payment"`
	PostFee     text `json:"post_fee"`
	BuyerCODFee text `json:"buyer_cod_fee"`
	AlipayNo    text `json:"alipay_no"`

	BuyerNick    text `json:"buyer_nick"`
	BuyerOpenUID text `json:"buyer_open_uid"`
	BuyerMessage text `json:"buyer_message"`
	SellerMemo   text `json:"seller_memo"`
	SellerFlag   text `json:"seller_flag"`

	Name     text `json:"receiver_name"`
	Mobile   text `json:"receiver_mobile"`
	Phone    text `json:"receiver_phone"`
	State    text `json:"receiver_state"`
	City     text `json:"receiver_city"`
	District text `json:"receiver_district"`
	Town     text `json:"receiver_town"`
	Address  text `json:"receiver_address"`
	OAID     text `json:"oaid"`

	ShippingType   text                `json:"shipping_type"`
	BookedDate     text                `json:"os_date"`
	BookedRange    text                `json:"os_range"`
	SendType       text                `json:"rt_omni_send_type"`
	OuterStore     text                `json:"rt_omni_outer_store_id"`
	Store          text                `json:"rt_omni_store_id"`
	InvoiceName    text                `json:"invoice_name"`
	InvoiceKind    text                `json:"invoice_kind"`
	Orders         list[subOrder]      `json:"orders"`
	Promotions     list[promotion]     `json:"promotion_details"`
	Services       list[service]       `json:"service_orders"`
	LogisticsInfos list[logisticsInfo] `json:"logistics_infos"`
}

// subOrder is one line.
type subOrder struct {
	OID          text            `json:"oid"`
	OIDStr       text            `json:"oid_str"`
	Status       text            `json:"status"`
	RefundStatus text            `json:"refund_status"`
	NumIID       text            `json:"num_iid"`
	SKUID        text            `json:"sku_id"`
	OuterIID     text            `json:"outer_iid"`
	OuterSKUID   text            `json:"outer_sku_id"`
	Title        text            `json:"title"`
	Properties   text            `json:"sku_properties_name"`
	Num          text            `json:"num"`
	Price        text            `json:"price"`
	TotalFee     text            `json:"total_fee"`
	DiscountFee  text            `json:"discount_fee"`
	AdjustFee    text            `json:"adjust_fee"`
	DivideFee    text            `json:"divide_order_fee"`
	PartDiscount text            `json:"part_mjz_discount"`
	FreeGift     text            `json:"is_free_gift"`
	Oversold     text            `json:"is_oversold"`
	BindOIDs     words           `json:"bind_oids"`
	BindOID      words           `json:"bind_oid"`
	Combine      list[component] `json:"combine_item_info"`

	DeliveryTime       text `json:"delivery_time"`
	CollectTime        text `json:"collect_time"`
	PromiseCollectTime text `json:"promise_collect_time"`
	SignTime           text `json:"sign_time"`
	BookedDate         text `json:"os_date"`
	BookedRange        text `json:"os_range"`
}

// component is one kind of goods in a bundle; the quantity is per bundle (from
// memory: the platform's text does not say).
type component struct {
	SKUID      text `json:"sku_id"`
	ItemID     text `json:"item_id"`
	OuterIID   text `json:"outer_iid"`
	OuterSKUID text `json:"outer_sku_id"`
	Quantity   text `json:"quantity"`
}

// promotion belongs to the trade or to the sub-order whose number is ID.
type promotion struct {
	ID         text `json:"id"`
	Name       text `json:"promotion_name"`
	Discount   text `json:"discount_fee"`
	GiftItemID text `json:"gift_item_id"`
	GiftName   text `json:"gift_item_name"`
	GiftNum    text `json:"gift_item_num"`
}

// service is work sold with the goods, such as putting them together.
type service struct {
	OID     text `json:"oid"`
	OIDStr  text `json:"oid_str"`
	Title   text `json:"title"`
	Payment text `json:"payment"`
}

// logisticsInfo is what the platform decided on warehouse and carrier.
type logisticsInfo struct {
	DeliveryType text  `json:"biz_delivery_type"`
	Recommended  words `json:"biz_delivery_code"`
	White        words `json:"white_delivery_cps"`
	Black        words `json:"black_delivery_cps"`
	OutboundTime text  `json:"promise_outbound_time"`
	CollectTime  text  `json:"promise_collect_time"`
}

// decode finds the trade in a message.
func decode(raw []byte) (*trade, error) {
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, broken(err)
	}
	switch {
	case len(e.Error) > 0:
		return nil, ErrMessage.Field("error_response", "平台返回的是错误信息,不是订单",
			"the platform answered with an error, not with an order")
	case e.Full != nil && e.Full.Trade != nil:
		return e.Full.Trade, nil
	case e.Simple != nil:
		return e.Simple, nil
	}
	var bare trade
	if err := json.Unmarshal(raw, &bare); err != nil {
		return nil, broken(err)
	}
	return &bare, nil
}

// broken tells which field was not what it should be. The value stays out of
// the sentence, for it may be a person's.
func broken(err error) *fault.Fault {
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) && typed.Field != "" {
		return ErrMessage.Field(typed.Field, "不是约定的类型", "is not of the type agreed").Wrap(err)
	}
	return ErrMessage.Field("body", "不是完整的 JSON", "is not whole JSON").Wrap(err)
}
