package carrier

import (
	"errors"

	"baihuo/internal/fault"
)

// Every refusal of this room.
var (
	ErrInvalid = fault.New(fault.Invalid, "carrier_invalid",
		"快递公司资料有误，没有保存；请按下面各项改正后重试",
		"The carrier's details are not right and were not saved; mend the items below and try again")
	ErrTariff = fault.New(fault.Invalid, "tariff_invalid",
		"运费规则有误，没有保存；请按下面各项改正后重试",
		"The tariff is not right and was not saved; mend the items below and try again")
	ErrStop = fault.New(fault.Invalid, "stop_invalid",
		"停发设置有误，没有保存；请按下面各项改正后重试",
		"The stop is not right and was not saved; mend the items below and try again")
	ErrMissing = fault.New(fault.Missing, "carrier_missing",
		"没有这个快递公司；请检查编码，或先建档", "There is no such carrier; check its code or create it first")
	ErrShipment = fault.New(fault.Invalid, "shipment_invalid",
		"无法算运费，请按下面各项改正", "The freight cannot be told; mend the items below")
	ErrNotDeliverable = fault.New(fault.Conflict, "not_deliverable",
		"没有快递能送到这个地区（%s）；请为该地区补上运费规则，或联系顾客换一个地址",
		"No carrier delivers to this region (%s); add a tariff for it or ask the customer for another address")
	ErrStopped = fault.New(fault.Conflict, "stopped",
		"这个地区（%s）暂停发货：%s；请等恢复、换快递，或联系顾客换一个地址",
		"Deliveries to this region (%s) are stopped: %s; wait, choose another carrier or ask for another address")
	// ErrNumber is a warning: carriers begin new ranges of numbers without telling.
	ErrNumber = fault.New(fault.Invalid, "waybill_number_unusual",
		"单号 %s 不像是 %s 的运单号，请核对；确认无误可以继续使用",
		"Number %s does not look like a waybill of %s; check it, and go on if it is right")
)

// Faults of one cell of an imported file.
var (
	errPlace = fault.New(fault.Invalid, "place_unknown",
		"认不出这个地区；请填省份名称，或两位、四位、六位行政区划代码，例如 33、3301、330106",
		"The place is not known; give a province by name or a code of two, four or six digits such as 33, 3301 or 330106")
	errProvince = fault.New(fault.Invalid, "province_unknown",
		"认不出这个省份；请填省份名称或两位代码，例如 浙江 或 33", "The province is not known; give its name or two-digit code such as 33")
	errKilograms = fault.New(fault.Invalid, "kilograms_unclear",
		"重量看不懂；请填公斤数，最多三位小数，例如 1 或 0.5",
		"The weight cannot be read; write kilograms with at most three decimals, as in 1 or 0.5")
	errTwice = fault.New(fault.Invalid, "tariff_row_twice",
		"同一快递、产品、始发和目的地在本文件第 %d 行已经出现过；请删掉其中一行",
		"The same carrier, service, origin and destination stand in row %d of this file already; remove one of the two")
)

// errDryRun undoes what a dry run wrote.
var errDryRun = errors.New("carrier: dry run")
