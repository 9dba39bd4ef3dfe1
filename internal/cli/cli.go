package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"baihuo/internal/fault"
)

// Actions are the commands' doings, one function each.
type Actions struct {
	Demo     func(context.Context, Common, Demo) error
	Serve    func(context.Context, Common, Serve) error
	Import   func(context.Context, Common, string, Import) error
	Undo     func(context.Context, Common, ImportUndo) error
	Profile  func(context.Context, Common, ImportProfile) error
	Export   func(context.Context, Common, Export) error
	Replay   func(context.Context, Common, Replay) error
	Bench    func(context.Context, Common, Bench) error
	Check    func(context.Context, Common, Check) error
	Backup   func(context.Context, Common, Backup) error
	Restore  func(context.Context, Common, Restore) error
	Migrate  func(context.Context, Common) error
	Version  func(context.Context, Common) error
	MCP      func(context.Context, Common) error
	Generate func(context.Context, Common, Generate) error
	Node     func(context.Context, Common, BenchNode) error
	// The operator's way in, when nobody can sign in.
	Users       func(context.Context, Common) error
	UserInvite  func(context.Context, Common, UserInvite) error
	UserReset   func(context.Context, Common, UserReset) error
	UserDisable func(context.Context, Common, UserDisable) error
}

// Common are the flags of every command.
type Common struct {
	DB   string `name:"db" env:"BAIHUO_DB" placeholder:"URL" help:"Database: sqlite:FILE or postgres://... (default: baihuo.db in the data folder)."`
	Data string `env:"BAIHUO_DATA" default:"data" help:"Folder of the data file, the key file and the anchors."`
	Key  string `name:"master-key" env:"BAIHUO_KEY" hidden:"" help:"Master key; otherwise a 0600 file in the data folder."`
	Lang string `env:"BAIHUO_LANG" enum:"zh,en" default:"zh" help:"Language of messages: zh or en."`
}

// Demo runs the believable shop.
type Demo struct {
	Listen string `default:"127.0.0.1:8080" help:"Address of the pages and the API, on this machine."`
	Seed   uint64 `default:"1" help:"The same seed gives the same story."`
	Speed  int    `default:"30" help:"Simulated minutes per second."`
	Fresh  bool   `help:"Clear the demo's data first; otherwise it goes on where it was."`
	For    int    `default:"0" help:"Stop after so many simulated hours (0: until Ctrl-C)."`
}

// Serve runs the hub.
type Serve struct {
	Listen      string   `default:"127.0.0.1:8080" help:"Address to listen on; one that other machines reach needs TLS or a proxy."`
	TLSCert     string   `name:"tls-cert" type:"existingfile" placeholder:"FILE" help:"Certificate with its chain (PEM); read again when it changes."`
	TLSKey      string   `name:"tls-key" type:"existingfile" placeholder:"FILE" help:"The certificate's private key (PEM)."`
	BehindProxy []string `name:"behind-proxy" placeholder:"RANGE" help:"Address or range of the reverse proxy that ends TLS; only from there X-Forwarded-For and X-Forwarded-Proto are believed."`
	URL         string   `name:"url" env:"BAIHUO_URL" placeholder:"URL" help:"How people reach the hub, as in https://hub.example; for the links it prints."`
	// Single sign-on; the secret comes from the environment alone.
	OIDCIssuer string `name:"oidc-issuer" env:"BAIHUO_OIDC_ISSUER" placeholder:"URL" help:"Provider of single sign-on (OpenID Connect); needs --url."`
	OIDCClient string `name:"oidc-client" env:"BAIHUO_OIDC_CLIENT" placeholder:"ID" help:"Our client id there; its secret comes from BAIHUO_OIDC_SECRET."`
	// Where webhooks may go although the gate says no.
	WebhookAllow []string `name:"webhook-allow" env:"BAIHUO_WEBHOOK_ALLOW" placeholder:"ENTRY" help:"Webhook targets allowed beside public https: host:port, an address range, or :port."`
}

// UserInvite makes a one-time link for a person, who is taken in where unknown.
type UserInvite struct {
	Login string   `arg:""`
	Name  string   `help:"Name of somebody new (default: the sign-in name)."`
	Role  []string `help:"Roles of somebody new, as in docs/roles.md (default: reader)."`
	URL   string   `name:"url" env:"BAIHUO_URL" default:"http://127.0.0.1:8080" help:"How people reach the hub, for the link."`
}

// UserReset takes a person's authenticator off and makes a one-time link.
type UserReset struct {
	Login string `arg:""`
	URL   string `name:"url" env:"BAIHUO_URL" default:"http://127.0.0.1:8080" help:"How people reach the hub, for the link."`
}

// UserDisable ends a person's access, or gives it back.
type UserDisable struct {
	Login string `arg:""`
	Back  bool   `help:"Give it back."`
}

// Import takes in a file.
type Import struct {
	File           string `arg:"" type:"existingfile" help:"CSV or XLSX, plain or .gz."`
	Profile        string `default:"baihuo" help:"Column map: baihuo, uci, or one saved with import profile."`
	Shop           string `help:"Code of the shop the orders belong to."`
	History        bool   `default:"true" negatable:"" help:"Orders were completed elsewhere: they move no stock."`
	CreateSKUs     bool   `name:"create-skus" help:"Create the SKUs that the catalog does not know."`
	DropDuplicates bool   `help:"Drop rows that equal another in everything but the line number."`
	DryRun         bool   `help:"Read and judge everything, write nothing."`
	Count          bool   `help:"Stock files: the figures are counts, not receipts."`
	Report         string `placeholder:"FILE" help:"Write every row's problem to this CSV."`
}

// ImportUndo takes an import back.
type ImportUndo struct {
	Import string `arg:"" help:"The number the import printed, as in I-123."`
}

// ImportProfile saves a column map.
type ImportProfile struct {
	Name string            `arg:""`
	Map  map[string]string `arg:"" optional:"" help:"column=header in the file; none: show the profile."`
	Kind string            `default:"orders"`
}

// Export writes a file.
type Export struct {
	What string `arg:"" enum:"orders,stock,journal,catalog" help:"orders, stock, journal or catalog."`
	File string `arg:"" help:"Target: .csv or .xlsx; - for CSV on standard output."`
}

// Replay sends a file's orders through every room by their own clock.
type Replay struct {
	File    string `arg:"" type:"existingfile"`
	From    string `placeholder:"DAY" help:"First day, yyyy-mm-dd."`
	To      string `placeholder:"DAY" help:"Last day, yyyy-mm-dd."`
	Profile string `default:"uci"`
	Stock   string `enum:"lean,plenty" default:"lean" help:"lean: four weeks of demand and weekly orders; plenty: never short."`
}

// Bench measures.
type Bench struct {
	Names   []string `arg:"" optional:"" help:"raw accept hot http nodes grown web; none: all."`
	JSON    bool     `name:"json" help:"One JSON object per line."`
	Orders  int      `default:"50000" help:"Orders per figure."`
	Grown   int      `default:"1000000" help:"Orders stored for the figure grown."`
	Web     int      `default:"200000" help:"Orders stored for the figure web."`
	Engine  string   `enum:"both,sqlite,postgres" default:"both"`
	Server  string   `name:"postgres" env:"BAIHUO_BENCH_POSTGRES" placeholder:"URL" help:"Private PostgreSQL server whose user may create databases."`
	Seed    uint64   `default:"1"`
	Profile string   `placeholder:"FILE" help:"Write a CPU profile."`
}

// Check proves the books.
type Check struct {
	JSON bool `name:"json"`
}

// Backup copies the database while it is used.
type Backup struct {
	File string `arg:""`
}

// Restore puts a backup in place of a database that does not exist yet.
type Restore struct {
	File string `arg:"" type:"existingfile"`
}

// Generate writes the files that are made from the code.
type Generate struct {
	Check bool `help:"Write nothing; fail when a file would change."`
}

// BenchNode is one process of the figure nodes.
type BenchNode struct {
	Orders int    `default:"1000"`
	Seed   uint64 `default:"1"`
	Kind   string `enum:"uniform,hot,hub" default:"uniform"`
}

type grammar struct {
	Common
	Demo   Demo  `cmd:"" help:"Start a believable shop on fresh data and watch it live."`
	Serve  Serve `cmd:"" help:"Run the hub."`
	Import struct {
		Orders     Import        `cmd:"" help:"Orders from a file."`
		Catalog    Import        `cmd:"" help:"SKUs, bundles and barcodes from a file."`
		Warehouses Import        `cmd:"" help:"Warehouses from a file."`
		Shops      Import        `cmd:"" help:"Shops and the warehouses that serve them, from a file."`
		Carriers   Import        `cmd:"" help:"Carriers from a file."`
		Tariffs    Import        `cmd:"" help:"Prices of carriers from a file."`
		Stock      Import        `cmd:"" help:"Stock from a file."`
		Undo       ImportUndo    `cmd:"" help:"Take back an import that nothing has touched since."`
		Profile    ImportProfile `cmd:"" help:"Save or show a column map."`
	} `cmd:"" help:"Take in files."`
	Export Export `cmd:"" help:"Write orders, stock, the journal or the catalog to a file."`
	Replay struct {
		Orders Replay `cmd:"" help:"Orders of a file walk through every room by their own clock."`
	} `cmd:"" help:"Live through the past."`
	User struct {
		List    struct{}    `cmd:"" help:"Everybody who works here."`
		Invite  UserInvite  `cmd:"" help:"Make a one-time link to set a password; takes in who is unknown."`
		Reset   UserReset   `cmd:"" help:"Take the authenticator off, sign out everywhere, make a one-time link."`
		Disable UserDisable `cmd:"" help:"End a person's access (--back: give it back)."`
	} `cmd:"" help:"People, for the operator of this machine."`
	Bench     Bench     `cmd:"" help:"Measure, as ratios in one run."`
	Check     Check     `cmd:"" help:"Prove the books, live or stopped."`
	Backup    Backup    `cmd:"" help:"Copy the database while it is in use, and verify the copy."`
	Restore   Restore   `cmd:"" help:"Put a verified backup in place."`
	Migrate   struct{}  `cmd:"" help:"Bring the database to this program's schema."`
	MCP       struct{}  `cmd:"" name:"mcp" help:"Tools for an assistant over standard input and output, by way of the running hub."`
	Version   struct{}  `cmd:"" help:"Print the versions."`
	Generate  Generate  `cmd:"" hidden:"" help:"Write the files that are made from the code."`
	BenchNode BenchNode `cmd:"" name:"bench-node" hidden:"" help:"One process of bench nodes."`
}

// Run reads the words of a command line and does what they say. It gives the
// exit code: 0 done, 1 refused or failed, 2 the words are not understood.
func Run(ctx context.Context, a Actions, args []string, out, errs io.Writer) int {
	var g grammar
	exited := -1
	parser, err := kong.New(&g, kong.Name("baihuo"), kong.Description("百货订单中台 · the order hub of a daily-goods retailer."),
		kong.Writers(out, errs), kong.Exit(func(code int) { exited = code }), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(errs, "baihuo:", err)
		return 2
	}
	if err := a.do(ctx, &g, parsed.Command()); err != nil {
		say(errs, g.Lang, err)
		return 1
	}
	return 0
}

func (a Actions) do(ctx context.Context, g *grammar, command string) error {
	c := g.Common
	switch command {
	case "demo":
		return a.Demo(ctx, c, g.Demo)
	case "serve":
		return a.Serve(ctx, c, g.Serve)
	case "import orders <file>":
		return a.Import(ctx, c, "orders", g.Import.Orders)
	case "import catalog <file>":
		return a.Import(ctx, c, "catalog", g.Import.Catalog)
	case "import warehouses <file>":
		return a.Import(ctx, c, "warehouses", g.Import.Warehouses)
	case "import shops <file>":
		return a.Import(ctx, c, "shops", g.Import.Shops)
	case "import carriers <file>":
		return a.Import(ctx, c, "carriers", g.Import.Carriers)
	case "import tariffs <file>":
		return a.Import(ctx, c, "tariffs", g.Import.Tariffs)
	case "import stock <file>":
		return a.Import(ctx, c, "stock", g.Import.Stock)
	case "import undo <import>":
		return a.Undo(ctx, c, g.Import.Undo)
	case "import profile <name>", "import profile <name> <map>":
		return a.Profile(ctx, c, g.Import.Profile)
	case "export <what> <file>":
		return a.Export(ctx, c, g.Export)
	case "replay orders <file>":
		return a.Replay(ctx, c, g.Replay.Orders)
	case "user list":
		return a.Users(ctx, c)
	case "user invite <login>":
		return a.UserInvite(ctx, c, g.User.Invite)
	case "user reset <login>":
		return a.UserReset(ctx, c, g.User.Reset)
	case "user disable <login>":
		return a.UserDisable(ctx, c, g.User.Disable)
	case "bench", "bench <names>":
		return a.Bench(ctx, c, g.Bench)
	case "check":
		return a.Check(ctx, c, g.Check)
	case "backup <file>":
		return a.Backup(ctx, c, g.Backup)
	case "restore <file>":
		return a.Restore(ctx, c, g.Restore)
	case "migrate":
		return a.Migrate(ctx, c)
	case "version":
		return a.Version(ctx, c)
	case "mcp":
		return a.MCP(ctx, c)
	case "bench-node":
		return a.Node(ctx, c, g.BenchNode)
	case "generate":
		return a.Generate(ctx, c, g.Generate)
	}
	return fmt.Errorf("no such command: %s", command)
}

// say prints a fault's sentence and fields in the user's language; the cause
// follows for whoever runs the machine.
func say(w io.Writer, lang string, err error) {
	f := fault.Of(err)
	words := func(zh, en string) string {
		if lang == "en" {
			return en
		}
		return zh
	}
	fmt.Fprintf(w, "baihuo: %s (%s)\n", words(f.ZH, f.EN), f.Code)
	for _, field := range f.Fields {
		fmt.Fprintf(w, "  %s: %s\n", field.Name, words(field.ZH, field.EN))
	}
	if cause := errors.Unwrap(f); cause != nil {
		fmt.Fprintf(w, "  cause: %v\n", cause)
	}
}
