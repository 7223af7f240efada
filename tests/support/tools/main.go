// Command tools runs the engines of other projects for tests: the health checks of Argo CD (Lua) and
// Flux (CEL), the variable substitution of Flux, and actionlint.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/fluxcd/pkg/envsubst"
	"github.com/gobwas/glob"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"github.com/rhysd/actionlint"
	lua "github.com/yuin/gopher-lua"
)

// question is one line of the input. Exactly one of the fields Lua, Cel, Glob and Text is set.
type question struct {
	// Lua is a health script of Argo CD.
	Lua string `json:"lua"`
	// Cel has the expressions of a health check of Flux, by their names.
	Cel map[string]string `json:"cel"`
	// Object is the object that a health check evaluates.
	Object map[string]any `json:"object"`
	// Glob is a pattern of Argo CD for API group and kind, as GROUP/KIND, and Kind is matched with it.
	Glob string `json:"glob"`
	Kind string `json:"kind"`
	// Text is a manifest in which Flux replaces variables by Variables.
	Text      string            `json:"text"`
	Variables map[string]string `json:"variables"`
}

// answer is one line of the output.
type answer struct {
	// Status is the health, or the manifest after the substitution.
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
	Error   string `json:"error,omitempty"`
}

func main() {
	if len(os.Args) > 1 {
		os.Exit(lint(os.Args[1:]))
	}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	in.UseNumber()
	for {
		var q question
		if err := in.Decode(&q); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		a, err := evaluate(q)
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func evaluate(q question) (answer, error) {
	switch {
	case q.Lua != "":
		return argo(q.Lua, q.Object)
	case q.Cel != nil:
		return flux(q.Cel, plain(q.Object).(map[string]any))
	case q.Glob != "":
		pattern, err := glob.Compile(q.Glob)
		if err != nil {
			return answer{}, err
		}
		return answer{Status: strconv.FormatBool(pattern.Match(q.Kind))}, nil
	default:
		text, err := envsubst.Eval(q.Text, func(name string) (string, bool) {
			return q.Variables[name], true
		})
		return answer{Status: text}, err
	}
}

// argo runs a health script as Argo CD does: with the basic functions and the library "table", but without
// the library "string".
func argo(script string, object map[string]any) (answer, error) {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	libraries := map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	}
	for _, name := range []string{lua.LoadLibName, lua.BaseLibName, lua.TabLibName} {
		open := lua.P{Fn: l.NewFunction(libraries[name]), Protect: true}
		if err := l.CallByParam(open, lua.LString(name)); err != nil {
			return answer{}, err
		}
	}
	l.SetGlobal("obj", luaValue(l, object))
	if err := l.DoString(script); err != nil {
		return answer{}, err
	}
	result, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		return answer{}, fmt.Errorf("the script returns %s instead of a table", l.Get(-1).Type())
	}
	status, _ := result.RawGetString("status").(lua.LString)
	message, _ := result.RawGetString("message").(lua.LString)
	return answer{Status: string(status), Message: string(message)}, nil
}

func luaValue(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case map[string]any:
		table := l.NewTable()
		for key, each := range v {
			table.RawSetString(key, luaValue(l, each))
		}
		return table
	case []any:
		table := l.NewTable()
		for _, each := range v {
			table.Append(luaValue(l, each))
		}
		return table
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case json.Number:
		number, _ := v.Float64()
		return lua.LNumber(number)
	default:
		return lua.LNil
	}
}

// flux evaluates a health check in the order of Flux's RFC 0009. The expressions are parsed but not
// type-checked, as in Flux.
func flux(expressions map[string]string, object map[string]any) (answer, error) {
	env, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(), cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(),
		ext.Strings(), ext.Sets(), ext.Encoders(),
	)
	if err != nil {
		return answer{}, err
	}
	status, _ := object["status"].(map[string]any)
	metadata, _ := object["metadata"].(map[string]any)
	if observed, ok := status["observedGeneration"]; ok && observed != metadata["generation"] {
		return answer{Status: "InProgress"}, nil
	}
	for _, each := range [][2]string{
		{"inProgress", "InProgress"}, {"failed", "Failed"}, {"current", "Current"},
	} {
		ast, issues := env.Parse(expressions[each[0]])
		if issues.Err() != nil {
			return answer{}, issues.Err()
		}
		program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return answer{}, err
		}
		value, _, err := program.ContextEval(context.Background(), object)
		if err != nil {
			return answer{}, fmt.Errorf("%s: %w", each[0], err)
		}
		if holds, ok := value.(types.Bool); !ok {
			return answer{}, fmt.Errorf("%s: the result is not a boolean", each[0])
		} else if holds {
			return answer{Status: each[1]}, nil
		}
	}
	return answer{Status: "InProgress"}, nil
}

// plain returns the value with Go's own number types: integers as int64, as the Kubernetes client has them.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, each := range v {
			v[key] = plain(each)
		}
	case []any:
		for index, each := range v {
			v[index] = plain(each)
		}
	case json.Number:
		if integer, err := v.Int64(); err == nil {
			return integer
		}
		number, _ := v.Float64()
		return number
	}
	return value
}

// lint checks workflow files with actionlint, prints the problems, and returns the exit code.
func lint(files []string) int {
	linter, err := actionlint.NewLinter(os.Stdout, &actionlint.LinterOptions{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	problems, err := linter.LintFiles(files, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return min(len(problems), 1)
}
