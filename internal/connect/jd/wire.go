package jd

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"baihuo/internal/fault"
)

// text is a scalar of the message, digit for digit, whether JD quotes it or not.
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

// code is the first part of a word such as 41-京东券, which JD writes at times.
func (t text) code() string {
	head, _, _ := strings.Cut(string(t), "-")
	return strings.TrimSpace(head)
}

// answer is what lies between the root and an order.
type answer struct {
	Code   text       `json:"code"`
	Order  *orderInfo `json:"orderInfo"`
	Detail *struct {
		Order  *orderInfo `json:"orderInfo"`
		Result apiResult  `json:"apiResult"`
	} `json:"orderDetailInfo"`
	Search *struct {
		Orders []orderInfo `json:"orderInfoList"`
		Result apiResult   `json:"apiResult"`
	} `json:"searchorderinfo_result"`
}

type apiResult struct {
	Success text `json:"success"`
}

// orderInfo is one order, as far as we read it; names as on the wire.
type orderInfo struct {
	OrderID        text `json:"orderId"`
	ParentID       text `json:"parentOrderId"`
	OrderType      text `json:"orderType"`
	OrderState     text `json:"orderState"`
	StateRemark    text `json:"orderStateRemark"`
	ReturnOrder    text `json:"returnOrder"`
	PayType        text `json:"payType"`
	StoreOrder     text `json:"storeOrder"`
	StartTime      text `json:"orderStartTime"`
	PaidTime       text `json:"paymentConfirmTime"`
	Modified       text `json:"modified"`
	EarliestShip   text `json:"scDT"`
	TotalPrice     text `json:"orderTotalPrice"`
	Payment        text `json:"orderPayment"`
	Freight        text `json:"freightPrice"`
	SellerDiscount text `json:"sellerDiscount"`
	BalanceUsed    text `json:"balanceUsed"`
	TaxFee         text `json:"taxFee"`
	ServiceFee     text `json:"serviceFee"`
	DeliveryType   text `json:"deliveryType"`
	ShipmentType   text `json:"idSopShipmenttype"`
	BuyerRemark    text `json:"orderRemark"`
	SellerRemark   text `json:"venderRemark"`
	Pin            text `json:"pin"`
	RealPin        text `json:"realPin"`
	OpenID         text `json:"open_id_buyer"`
	XID            text `json:"xid_buyer"`
	InvoiceInfo    text `json:"invoiceInfo"`
	InvoiceEasy    struct {
		Type  text `json:"invoiceType"`
		Title text `json:"invoiceTitle"`
		TaxNo text `json:"invoiceCode"`
	} `json:"invoiceEasyInfo"`
	Consignee consignee `json:"consigneeInfo"`
	Items     []item    `json:"itemInfoList"`
	Coupons   []coupon  `json:"couponDetailList"`
}

type consignee struct {
	Name         text `json:"fullname"`
	Mobile       text `json:"mobile"`
	Telephone    text `json:"telephone"`
	Province     text `json:"province"`
	City         text `json:"city"`
	County       text `json:"county"`
	Town         text `json:"town"`
	Address      text `json:"fullAddress"`
	EncName      text `json:"encrypt_fullname"`
	EncMobile    text `json:"encrypt_mobile"`
	EncTelephone text `json:"encrypt_telephone"`
	EncAddress   text `json:"encrypt_fullAddress"`
}

type item struct {
	SKUID text `json:"skuId"`
	Code  text `json:"outerSkuId"`
	Name  text `json:"skuName"`
	Price text `json:"jdPrice"`
	Qty   text `json:"itemTotal"`
}

type coupon struct {
	SKUID text `json:"skuId"`
	Type  text `json:"couponType"`
	Price text `json:"couponPrice"`
}

// decode finds the one order in a message.
func decode(raw []byte) (*orderInfo, error) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(raw, &top); err != nil {
		return nil, broken(err)
	}
	for _, key := range slices.Sorted(maps.Keys(top)) {
		switch {
		case key == "error_response":
			return nil, ErrMessage.Field(key, "平台返回的是错误信息,不是订单",
				"the platform answered with an error, not with an order")
		case strings.HasSuffix(key, "_responce") || strings.HasSuffix(key, "_response"):
			return inside(top[key])
		}
	}
	return inside(raw)
}

func inside(raw []byte) (*orderInfo, error) {
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, broken(err)
	}
	switch {
	case a.Code != "" && a.Code != "0",
		a.Detail != nil && a.Detail.Result.Success == "false",
		a.Search != nil && a.Search.Result.Success == "false":
		return nil, ErrMessage.Field("apiResult", "平台返回失败,没有订单",
			"the platform says that it failed; there is no order")
	case a.Detail != nil && a.Detail.Order != nil:
		return a.Detail.Order, nil
	case a.Order != nil:
		return a.Order, nil
	case a.Search != nil && len(a.Search.Orders) == 1:
		return &a.Search.Orders[0], nil
	case a.Search != nil:
		return nil, ErrMessage.Field("orderInfoList", "一次只读一张订单,请逐张拆开",
			"one order is read at a time; take the list apart first")
	}
	var bare orderInfo
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
	return ErrMessage.Field("body", "不是完整的 JSON 对象", "is not a whole JSON object").Wrap(err)
}
