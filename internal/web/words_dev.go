package web

// devWords are those of the page of styles.
var devWords = map[string]pair{
	"dev_ui": {"界面样式", "Styles"}, "dev_tokens": {"颜色", "Tokens"}, "dev_states": {"状态", "States"}, "dev_table": {"表格", "Table"}, "dev_form": {"表单", "Form"}, "dev_page_states": {"页面状态", "States of a page"}, "dev_complaint": {"手机号不完整,没有保存", "The phone number is incomplete; nothing was saved"},
	"dev_wrong": {"应为 11 位数字", "It has 11 digits"}, "dev_danger": {"作废包裹", "Void the package"},
	"dev_danger_say": {"包裹 P-1 将作废,3 件商品退回待安排。", "Package P-1 is voided; its 3 pieces wait to be planned again."}, "dev_buttons": {"按钮", "Buttons"},
	"dev_empty": {"今天没有待审订单。", "Nothing to review today."}, "dev_more": {"更多", "More"},
}
