package address
import ("testing";"fmt")
func TestTmp2(t *testing.T){
 tb:=regions()
 for _,c:=range []string{"419001","110105","220104","320583","31","4419"}{ r:=tb.find(c); if r<0 {fmt.Println(c,"none");continue}; d:=tb.rows[r]; fmt.Println(c,r,d.name,d.end-r,d.parent,d.dense,d.denseEnd)}
 w:=walker{t:tb}; fmt.Println(w.consume("河南省济源市济水街道文昌路1号",false), w.now.all())
 for _,r:=range w.now.all(){fmt.Println(tb.rows[r].name)}
 w=walker{t:tb}; fmt.Println(w.consume("朝阳区建国路",false), w.now.all())
 for _,r:=range w.now.all(){fmt.Println(tb.rows[r].name)}
}
