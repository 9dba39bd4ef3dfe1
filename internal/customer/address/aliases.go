package address

// alias is a name that customers and platforms still write for a division of the table.
type alias struct {
	old  string
	now  string // code of the division that took it over
	flag flags
}

// aliases is made by hand and holds only changes that are sure. Changes of the suffix alone (富阳市 to 富阳区) need no
// line: spellOne accepts them. An old district that was divided is marked unsure, since the street would decide.
var aliases = [...]alias{
	{"崇文区", "110101", oldName},           // 北京市东城区
	{"宣武区", "110102", oldName},           // 北京市西城区
	{"塘沽区", "120116", oldName},           // 天津市滨海新区
	{"汉沽区", "120116", oldName},           // 天津市滨海新区
	{"大港区", "120116", oldName},           // 天津市滨海新区
	{"南汇区", "310115", oldName},           // 上海市浦东新区
	{"卢湾区", "310101", oldName},           // 上海市黄浦区
	{"闸北区", "310106", oldName},           // 上海市静安区
	{"万盛区", "500110", oldName},           // 重庆市綦江区
	{"双桥区", "500111", oldName},           // 重庆市大足区
	{"开县", "500154", oldName},            // 重庆市开州区
	{"桥东区", "130102", oldName | unsure},  // 石家庄市长安区
	{"新市区", "130602", oldName},           // 保定市竞秀区
	{"北市区", "130606", oldName},           // 保定市莲池区
	{"南市区", "130606", oldName},           // 保定市莲池区
	{"邯郸县", "130403", oldName | unsure},  // 邯郸市丛台区
	{"白下区", "320104", oldName},           // 南京市秦淮区
	{"下关区", "320106", oldName},           // 南京市鼓楼区
	{"崇安区", "320213", oldName},           // 无锡市梁溪区
	{"南长区", "320213", oldName},           // 无锡市梁溪区
	{"北塘区", "320213", oldName},           // 无锡市梁溪区
	{"戚墅堰区", "320412", oldName | unsure}, // 常州市武进区
	{"沧浪区", "320508", oldName},           // 苏州市姑苏区
	{"平江区", "320508", oldName},           // 苏州市姑苏区
	{"金阊区", "320508", oldName},           // 苏州市姑苏区
	{"港闸区", "320613", oldName},           // 南通市崇川区
	{"新浦区", "320706", oldName},           // 连云港市海州区
	{"楚州区", "320803", oldName},           // 淮安市淮安区
	{"清河区", "320812", oldName},           // 淮安市清江浦区
	{"清浦区", "320812", oldName},           // 淮安市清江浦区
	{"维扬区", "321003", oldName},           // 扬州市邗江区
	{"下城区", "330105", oldName},           // 杭州市拱墅区
	{"江干区", "330102", oldName | unsure},  // 杭州市上城区
	{"江东区", "330212", oldName},           // 宁波市鄞州区
	{"绍兴县", "330603", oldName},           // 绍兴市柯桥区
	{"三山区", "340209", oldName},           // 芜湖市弋江区
	{"芜湖县", "340210", oldName},           // 芜湖市湾沚区
	{"狮子山区", "340705", oldName},          // 铜陵市铜官区
	{"铜官山区", "340705", oldName},          // 铜陵市铜官区
	{"铜陵县", "340706", oldName},           // 铜陵市义安区
	{"梅列区", "350404", oldName},           // 三明市三元区
	{"庐山区", "360402", oldName},           // 九江市濂溪区
	{"星子县", "360483", oldName},           // 九江市庐山市
	{"九江县", "360404", oldName},           // 九江市柴桑区
	{"莱城区", "370116", oldName},           // 济南市莱芜区
	{"四方区", "370203", oldName},           // 青岛市市北区
	{"胶南市", "370211", oldName},           // 青岛市黄岛区
	{"吉利区", "410308", oldName},           // 洛阳市孟津区
	{"金明区", "410202", oldName},           // 开封市龙亭区
	{"开封县", "410212", oldName},           // 开封市祥符区
	{"陕县", "411203", oldName},            // 三门峡市陕州区
	{"许昌县", "411003", oldName},           // 许昌市建安区
	{"襄阳区", "420607", oldName},           // 襄阳市襄州区
	{"东山区", "440104", oldName},           // 广州市越秀区
	{"芳村区", "440103", oldName},           // 广州市荔湾区
	{"萝岗区", "440112", oldName},           // 广州市黄埔区
	{"横县", "450181", oldName},            // 南宁市横州市
	{"蝶山区", "450403", oldName},           // 梧州市万秀区
	{"郫县", "510117", oldName},            // 成都市郫都区
	{"安县", "510705", oldName},            // 绵阳市安州区
	{"宜宾县", "511504", oldName},           // 宜宾市叙州区
	{"达县", "511703", oldName},            // 达州市达川区
	{"小河区", "520111", oldName},           // 贵阳市花溪区
	{"遵义县", "520304", oldName},           // 遵义市播州区
	{"中甸县", "533401", oldName},           // 迪庆藏族自治州香格里拉市
	{"翠云区", "530802", oldName},           // 普洱市思茅区
	{"户县", "610118", oldName},            // 西安市鄠邑区
	{"华县", "610503", oldName},            // 渭南市华州区
	{"金州新区", "210213", oldName},          // 大连市金州区
	{"工业园区", "320576", needsParent},      // 苏州市苏州工业园区
	{"中沙群岛", "460323", oldName},          // 三沙市中沙群岛的岛礁及其海域
	{"乌拉盖管理区", "152571", oldName},        // 锡林郭勒盟乌拉盖管理区管委会
	{"莱芜市", "3701", oldName},             // merged into 济南市 in 2019
	{"襄樊市", "4206", oldName},
	{"思茅市", "5308", oldName},
}
