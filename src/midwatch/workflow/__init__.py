"""The investigation as a LangGraph state graph: survey, think and act in turn, conclude, reflect."""
