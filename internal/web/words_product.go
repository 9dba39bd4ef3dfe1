package web

// productWords are those of the catalog.
var productWords = map[string]pair{
	"pr_new": {"新建商品", "New product"}, "pr_code": {"编码", "Code"}, "pr_name": {"名称", "Name"}, "pr_name_en": {"英文名称", "English name"}, "pr_category": {"类目", "Category"}, "pr_brand": {"品牌", "Brand"},
	"pr_length_mm": {"长(毫米)", "Length (mm)"}, "pr_width_mm": {"宽(毫米)", "Width (mm)"}, "pr_height_mm": {"高(毫米)", "Height (mm)"}, "pr_weight_g": {"重量(克)", "Weight (g)"}, "pr_price": {"售价", "Price"}, "pr_cost": {"成本", "Cost"},
	"pr_lot_tracked": {"按批次管理", "Tracked by lot"}, "pr_shelf_life_days": {"保质期(天)", "Shelf life (days)"}, "pr_life_left_days_min": {"最少剩余天数", "Least days left"}, "pr_bundle": {"组合装", "bundle"}, "pr_parts": {"组合明细", "Parts"}, "pr_barcodes": {"条码", "Barcodes"},
	"pr_category_what": {"一级/二级/三级", "care/hair/shampoo"}, "pr_parts_what": {"每行 编码*数量;留空为单品", "CODE*QUANTITY, one a line; empty for a single product"}, "pr_barcodes_what": {"每行一个;国际条码核对校验位", "one a line; check digits are checked"}, "pr_life_what": {"少于此天数的批次不再出售", "a lot with less is no longer sold"},
	"pr_size": {"尺寸 cm", "Size cm"}, "pr_weight": {"重量", "Weight"}, "pr_stock": {"库存", "Stock"}, "pr_state": {"状态", "State"}, "pr_on_sale": {"可售", "on sale"}, "pr_never": {"未入库", "never received"}, "pr_lots": {"批次", "lots"}, "pr_life": {"%d 天", "%d days"},
	"pr_none": {"没有符合条件的商品。", "No product fits the filter."}, "pr_empty": {"还没有商品。", "There is no product yet."}, "pr_import": {"导入", "Import"}, "pr_edit": {"修改资料", "Edit"}, "pr_conflict": {"保存之前别人改过:", "Somebody changed it meanwhile:"}, "pr_again": {"核对后再保存一次,将以您的为准。", "Compare and save again; yours then holds."},
	"lb_title": {"标签", "Labels"}, "lb_count": {"张数", "How many"}, "lb_make": {"生成", "Make"}, "lb_hint": {"生成后按 Ctrl+P 打印", "then press Ctrl+P to print"},
	"done_product": {"商品已保存", "Saved"}, "pr_facts": {"资料", "Facts"}, "pr_no_edit": {"修改需要“修改商品”权限", "Editing needs the right to edit the catalog"},
}
